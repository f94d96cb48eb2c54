import './strings.ts';
import { Modal } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { FilePicker } from '../upload/FilePicker.tsx';
import classes from './Copies.module.css';
import { uploadCopy } from './exchange.ts';

/** Says what a better copy is for, and takes its files. Mounted only while it is open. */
export default function UploadDialog({
  recording,
  onClose,
}: {
  recording: Recording;
  onClose: () => void;
}) {
  const { t } = useTranslation('copies');
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('upload.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      classNames={{ title: classes.heading }}
    >
      <div className={classes.dialog}>
        <p>{t('upload.words')}</p>
        <p>{t('upload.stays')}</p>
        <FilePicker
          multiple
          onPick={async (picked) => {
            if (picked.length > 0 && (await uploadCopy(recording, picked))) onClose();
          }}
        >
          {t('upload.choose')}
        </FilePicker>
      </div>
    </Modal>
  );
}
