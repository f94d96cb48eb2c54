import './strings.ts';
import { Button, Progress, TextInput } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../app/format.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import { FilePicker } from './FilePicker.tsx';
import type { Picked } from './picked.ts';
import classes from './UploadRow.module.css';
import { filesSentence, uploadSentence } from './upload-sentence.ts';
import { isOver, loadEngine, type Upload } from './uploads.ts';

type Engine = Awaited<ReturnType<typeof loadEngine>>;
const ask = (work: (engine: Engine) => unknown) => void loadEngine().then(work);

export function UploadRow({ upload }: { upload: Upload }) {
  const { t } = useTranslation('upload');
  const { id, state, trouble } = upload;
  const isTrouble = state === 'failed' || trouble === 'other_file' || trouble === 'unreadable';

  return (
    <article className={classes.row} aria-label={upload.title}>
      <p className={classes.file}>
        <span>{filesSentence(upload)}</span>
        <span className={classes.size}>
          {upload.parts > 1
            ? t('row.filesSize', { count: upload.parts, size: formatBytes(upload.sizeBytes) })
            : formatBytes(upload.sizeBytes)}
        </span>
      </p>
      <Details upload={upload} />
      {state !== 'safe' && (
        <Progress.Root size={8} radius={4} className={classes.bar}>
          <Progress.Section
            value={upload.sizeBytes > 0 ? (upload.sentBytes / upload.sizeBytes) * 100 : 0}
            color={state === 'uploading' || state === 'checking' ? 'var(--brand)' : 'var(--edge)'}
            aria-label={t('row.progress', { title: upload.title })}
          />
        </Progress.Root>
      )}
      <div className={classes.foot}>
        <p className={classes.words} data-tone={isTrouble ? 'trouble' : state}>
          {state === 'safe' && <IconCircleCheck size={19} aria-hidden />}
          {uploadSentence(upload)}
        </p>
        <Buttons
          upload={upload}
          onPick={(picked) => ask((engine) => engine.chooseFilesAgain(id, picked))}
        />
      </div>
    </article>
  );
}

/** Title and date; saved when the field is left. */
function Details({ upload }: { upload: Upload }) {
  const { t } = useTranslation('upload');
  const save = (change: Partial<Pick<Upload, 'title' | 'lessonDate'>>) => {
    const about = { title: upload.title, lessonDate: upload.lessonDate, ...change };
    if (!about.title) return;
    ask((engine) =>
      engine
        .describeUpload(upload.id, about)
        .catch((error: unknown) =>
          showToast(t('row.renameFailed', { reason: troubleSentence(error) }), { tone: 'trouble' }),
        ),
    );
  };
  return (
    <div className={classes.details}>
      <TextInput
        label={t('row.name')}
        defaultValue={upload.title}
        maxLength={200}
        onBlur={({ currentTarget }) => {
          const title = currentTarget.value.trim();
          if (!title) currentTarget.value = upload.title;
          else if (title !== upload.title) save({ title });
        }}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
      />
      <TextInput
        type="date"
        label={t('row.lessonDate')}
        defaultValue={upload.lessonDate ?? ''}
        onBlur={({ currentTarget }) => {
          const lessonDate = currentTarget.value || null;
          if (lessonDate !== upload.lessonDate) save({ lessonDate });
        }}
      />
    </div>
  );
}

function Buttons({ upload, onPick }: { upload: Upload; onPick: (picked: Picked[]) => void }) {
  const { t } = useTranslation('upload');
  const [isAsking, setAsking] = useState(false);
  const { id, state, filename, wanted, recordingId } = upload;
  const [asked = filename] = wanted;
  const small = { size: 'xs', variant: 'default' } as const;

  if (isAsking) {
    return (
      <div className={classes.buttons}>
        <span>{t('row.cancelQuestion')}</span>
        <Button
          {...small}
          className={classes.danger}
          onClick={() => ask((engine) => engine.cancelUpload(id))}
          data-autofocus
        >
          {t('row.cancelYes')}
        </Button>
        <Button {...small} autoFocus onClick={() => setAsking(false)}>
          {t('row.cancelNo')}
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.buttons}>
      {(state === 'uploading' || state === 'waiting' || state === 'retrying') && (
        <Button {...small} onClick={() => ask((engine) => engine.pauseUpload(id))}>
          {t('row.pause')}
        </Button>
      )}
      {state === 'paused' && (
        <Button {...small} onClick={() => ask((engine) => engine.resumeUpload(id))}>
          {t('row.resume')}
        </Button>
      )}
      {state === 'failed' && !isOver(upload) && (
        <Button {...small} onClick={() => ask((engine) => engine.resumeUpload(id))}>
          {t('row.retry')}
        </Button>
      )}
      {state === 'needs-leave' && (
        <Button size="xs" onClick={() => ask((engine) => engine.allowFiles(id))}>
          {t('row.allow', { filename: asked })}
        </Button>
      )}
      {state === 'needs-file' && (
        <FilePicker
          size="xs"
          multiple={wanted.length > 1}
          onPick={(picked) => picked.length > 0 && onPick(picked)}
        >
          {wanted.length > 1 || !asked
            ? t('row.chooseFiles', { count: wanted.length })
            : t('row.chooseAgain', { filename: asked })}
        </FilePicker>
      )}
      {(state === 'safe' || state === 'checking') && recordingId && (
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => (
            <Link to="/recordings/$id" params={{ id: recordingId }} {...props} />
          )}
        >
          {t('row.open')}
        </Button>
      )}
      {state === 'safe' || isOver(upload) ? (
        <Button {...small} onClick={() => ask((engine) => engine.dismissUpload(id))}>
          {t('row.dismiss')}
        </Button>
      ) : (
        state !== 'checking' &&
        state !== 'elsewhere' && (
          <Button {...small} onClick={() => setAsking(true)}>
            {t('row.cancel')}
          </Button>
        )
      )}
    </div>
  );
}
