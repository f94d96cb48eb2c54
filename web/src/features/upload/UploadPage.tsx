import './strings.ts';
import { IconUpload } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { DropZone } from './DropZone.tsx';
import { FilePicker } from './FilePicker.tsx';
import { PickedCard } from './PickedCard.tsx';
import { addPicked, usePending } from './pending.ts';
import { StorageNote } from './StorageNote.tsx';
import classes from './UploadPage.module.css';
import { UploadRow } from './UploadRow.tsx';
import { loadEngine, useUploads } from './uploads.ts';

/** Where recordings come in. They go on while their owner looks elsewhere in the app. */
export default function UploadPage() {
  const { t } = useTranslation('upload');
  const uploads = useUploads();
  const pending = usePending();
  const chooseButton = useRef<HTMLButtonElement>(null);
  const wasPending = useRef(false);
  usePageTitle(t('title'));
  // Loaded before the first file, so that one picked without a connection waits for it.
  useEffect(() => void loadEngine().catch(() => undefined), []);
  // What had the focus has gone with the card.
  useEffect(() => {
    if (wasPending.current && !pending) chooseButton.current?.focus();
    wasPending.current = pending !== null;
  }, [pending]);
  const isUnderWay = uploads.some(({ state }) => state !== 'safe' && state !== 'failed');
  const isKept = uploads.every((upload) => upload.isKept);

  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <div className={classes.column}>
        <h1>{t('title')}</h1>
        <p className={classes.promise}>{t('promise')}</p>
        {pending ? (
          <PickedCard pending={pending} />
        ) : (
          <div className={classes.box} data-small={uploads.length > 0 || undefined}>
            <IconUpload size={uploads.length > 0 ? 24 : 36} className={classes.icon} aria-hidden />
            <div className={classes.invitation}>
              <p className={classes.drop}>{t('dropHere')}</p>
              <p className={classes.or}>{t('or')}</p>
            </div>
            <FilePicker
              multiple
              buttonRef={chooseButton}
              onPick={(picked) => void addPicked(picked)}
              size={uploads.length > 0 ? 'sm' : 'md'}
            >
              {t(uploads.length > 0 ? 'chooseMore' : 'choose')}
            </FilePicker>
          </div>
        )}
        <StorageNote />
        {isUnderWay && <p className={classes.note}>{t(isKept ? 'closeTab' : 'keepOpen')}</p>}
        {uploads.length > 0 && (
          <ul className={classes.list} aria-label={t('list')}>
            {uploads.map((upload) => (
              <li key={upload.id}>
                <UploadRow upload={upload} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <DropZone title={t('dropAnywhere')} words={t('promise')} />
    </main>
  );
}
