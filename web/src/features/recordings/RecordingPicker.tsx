import './strings.ts';
import type { ButtonProps } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { FilePicker } from '../upload/FilePicker.tsx';
import { loadEngine, useUploadOf } from '../upload/uploads.ts';

/**
 * Takes the file of a lesson that has none, or only a part of one, unless this browser is sending it. Of one
 * that comes in several files, all can be picked: those that are here already are known again.
 */
export function RecordingPicker({ recording, ...button }: { recording: Recording } & ButtonProps) {
  const { t } = useTranslation('recordings');
  const upload = useUploadOf(recording.id);
  if (upload || (recording.state !== 'draft' && recording.state !== 'uploading')) return null;
  return (
    <FilePicker
      {...button}
      multiple={(recording.source?.parts ?? 1) > 1}
      onPick={(picked) => {
        if (picked.length > 0) {
          void loadEngine().then((engine) => engine.addFilesTo(recording, picked));
        }
      }}
    >
      {t(recording.state === 'draft' ? 'card.chooseRecording' : 'card.goOnHere')}
    </FilePicker>
  );
}
