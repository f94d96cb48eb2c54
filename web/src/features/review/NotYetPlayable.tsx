import { Button, Progress } from '@mantine/core';
import type { RecordingDetail } from '@second-look/core/contract';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { formatBytes, formatPercent } from '../../app/format.ts';
import { hasCopies } from '../copies/has-copies.ts';
import { moveToTrash, retry } from '../recordings/actions.ts';
import { RecordingPicker } from '../recordings/RecordingPicker.tsx';
import { untrimFilm } from './film.ts';
import classes from './NotYetPlayable.module.css';

const FilmCopies = lazy(() => import('../copies/FilmCopies.tsx'));
const UploadDialog = lazy(() => import('../copies/UploadDialog.tsx'));
const EditDialog = lazy(() => import('../recordings/EditDialog.tsx'));

/** A recording before its first second can be watched, or one that failed: what happens, and what to do. */
export function NotYetPlayable({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation('review');
  return (
    <main id="main" tabIndex={-1} className={classes.page}>
      <h1>{recording.title}</h1>
      <section className={classes.card} aria-live="polite">
        {recording.state === 'failed' ? (
          <Failed recording={recording} />
        ) : (
          <UnderWay recording={recording} />
        )}
      </section>
      {hasCopies(recording) && (
        <Suspense>
          <FilmCopies recording={recording} />
        </Suspense>
      )}
      <ShowAllAgain recording={recording} />
      <OwnersButtons recording={recording} />
      <Link to="/" className={classes.link}>
        {t('backToLessons')}
      </Link>
    </main>
  );
}

function UnderWay({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation('review');
  const { state, progress, source } = recording;
  const stage = state === 'ready' ? 'processing' : state === 'failed' ? 'processing' : state;
  return (
    <>
      <h2>{t(`underWay.${stage}.title`)}</h2>
      {progress !== null && (
        <div className={classes.progress}>
          <Progress.Root size="lg">
            <Progress.Section
              value={progress * 100}
              aria-label={t(`underWay.${stage}.title`)}
              color="var(--brand)"
            />
          </Progress.Root>
          <span className={classes.percent}>{formatPercent(progress)}</span>
        </div>
      )}
      {state === 'uploading' && source && (
        <p className={classes.bytes}>
          {t(source.parts > 1 ? 'underWay.bytesOfFiles' : 'underWay.bytes', {
            received: formatBytes(source.receivedBytes),
            size: formatBytes(source.sizeBytes),
            whole: source.files.filter((file) => file.receivedBytes === file.sizeBytes).length,
            count: source.parts,
          })}
        </p>
      )}
      <p>{t(`underWay.${stage}.words`)}</p>
      {source?.isSafe && <p>{t('underWay.safe')}</p>}
      {recording.isMine && <RecordingPicker recording={recording} />}
    </>
  );
}

function Failed({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation('review');
  const again = useMutation({ mutationFn: () => retry(recording) });
  const [isCopying, setCopying] = useState(false);
  return (
    <>
      <h2>{t('failed.title')}</h2>
      <p>{recording.failure?.detail ?? t('failed.unknown')}</p>
      {recording.failure?.code !== 'source_missing' && (
        <p>{t(recording.isMine ? 'failed.kept' : 'failed.notMine')}</p>
      )}
      {recording.isMine && (
        <p>
          <Trans
            t={t}
            i18nKey="failed.another"
            components={{ page: <Link to="/upload" className={classes.link} /> }}
          />
        </p>
      )}
      <div className={classes.buttons}>
        {recording.abilities.retry && (
          <Button onClick={() => again.mutate()} loading={again.isPending}>
            {t('failed.tryAgain')}
          </Button>
        )}
        {recording.isMine && (
          <Button variant="default" onClick={() => setCopying(true)}>
            {t('film.copy')}
          </Button>
        )}
      </div>
      {isCopying && (
        <Suspense>
          <UploadDialog recording={recording} onClose={() => setCopying(false)} />
        </Suspense>
      )}
    </>
  );
}

/** What is left of a trimmed film may have nothing to show. */
function ShowAllAgain({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation('review');
  const all = useMutation({ mutationFn: () => untrimFilm(recording) });
  const { film } = recording;
  if (!film || (film.startMs === 0 && film.endMs === null)) return null;
  return (
    <Button variant="default" onClick={() => all.mutate()} loading={all.isPending}>
      {t('film.untrim')}
    </Button>
  );
}

/** What its owner can do with a lesson that cannot be watched: name it, or put it away. */
function OwnersButtons({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation('recordings');
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const { abilities } = recording;

  // Away first: in the trash, the lesson has no page any more.
  const putAway = () => navigate({ to: '/' }).then(() => moveToTrash(recording));

  return (
    <div className={classes.buttons}>
      {abilities.edit && (
        <Button variant="default" onClick={() => setEditing(true)}>
          {t('card.edit')}
        </Button>
      )}
      {abilities.delete && (
        <Button variant="default" onClick={() => void putAway()}>
          {t('card.trash')}
        </Button>
      )}
      {isEditing && (
        <Suspense>
          <EditDialog recording={recording} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </div>
  );
}
