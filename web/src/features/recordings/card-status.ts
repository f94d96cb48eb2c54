import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import { formatPercent } from '../../app/format.ts';
import { i18n, language } from '../../app/i18n.ts';
import { timeLeft } from '../upload/speed.ts';
import type { Upload } from '../upload/uploads.ts';

export interface CardStatus {
  label: string;
  /** From 0 to 1; `null` where there is nothing to measure. */
  progress: number | null;
}

/** What a card says over its picture; `undefined` once the lesson is simply there. */
export function cardStatus(
  recording: Pick<Recording, 'state' | 'playable' | 'progress' | 'hasPicture'>,
  upload?: Upload,
): CardStatus | undefined {
  const t = i18n.getFixedT(language, 'recordings');
  // What this browser is sending is known here before the server says it.
  if (upload && (recording.state === 'draft' || recording.state === 'uploading')) {
    return uploadStatus(upload);
  }
  const { progress } = recording;
  const percent = formatPercent(progress ?? 0);
  switch (recording.state) {
    case 'draft':
      return { label: t('state.draft'), progress: null };
    case 'uploading':
      return { label: t('state.incoming', { percent }), progress };
    case 'processing':
      if (recording.playable) {
        const better = recording.hasPicture ? 'state.finer' : 'state.evener';
        return { label: t(better, { percent }), progress };
      }
      return {
        label: progress ? t('state.preparing', { percent }) : t('state.preparingSoon'),
        progress: progress ?? 0,
      };
    case 'failed':
      return { label: t('state.failed'), progress: null };
    case 'ready':
      return undefined;
  }
}

function uploadStatus(upload: Upload): CardStatus {
  const t = i18n.getFixedT(language, 'recordings');
  const progress = upload.sizeBytes > 0 ? upload.sentBytes / upload.sizeBytes : 0;
  const percent = formatPercent(progress);
  const left = timeLeft(upload.sizeBytes - upload.sentBytes, upload.bytesPerSecond);
  const label = {
    waiting: t('state.waiting'),
    uploading: t(upload.isKept ? 'state.uploadingKept' : 'state.uploading', {
      left: left ?? percent,
    }),
    retrying: t('state.retrying', { percent }),
    paused: t('state.paused', { percent }),
    elsewhere: t('state.elsewhere'),
    'needs-file': t('state.needsFile', { percent, count: upload.wanted.length }),
    'needs-leave': t('state.paused', { percent }),
    checking: t('state.checking'),
    safe: t('state.checking'),
    failed: t('state.uploadFailed', { percent }),
  }[upload.state];
  return { label, progress };
}
