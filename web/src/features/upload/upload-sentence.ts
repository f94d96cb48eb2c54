import './strings.ts';
import { formatBytes, formatPercent } from '../../app/format.ts';
import { i18n, language } from '../../app/i18n.ts';
import { timeLeft } from './speed.ts';
import type { Upload } from './uploads.ts';

/** Says which files an upload is made of, and which of them is on its way or waited for. */
export function filesSentence({ filename, part, parts, state, wanted }: Upload): string {
  const t = i18n.getFixedT(language, 'upload');
  if (parts === 1) return filename;
  if (state === 'checking' || state === 'safe')
    return t('row.andMore', { filename, count: parts - 1 });
  const [asked] = state === 'needs-file' ? wanted : [];
  const shown = asked ?? filename;
  return shown
    ? t('row.fileOf', { filename: shown, number: part + 1, count: parts })
    : t('row.unseenFile', { number: part + 1, count: parts });
}

/** Says how an upload stands, and what to do where it needs its owner. */
export function uploadSentence(upload: Upload): string {
  const t = i18n.getFixedT(language, 'upload');
  const { sizeBytes, sentBytes, bytesPerSecond, state, trouble, wanted } = upload;
  const [filename = upload.filename, ...others] = wanted;
  const percent = formatPercent(sizeBytes > 0 ? sentBytes / sizeBytes : 0);
  if (trouble) return t(`trouble.${trouble}`, { filename, percent });
  switch (state) {
    case 'uploading': {
      const left = timeLeft(sizeBytes - sentBytes, bytesPerSecond);
      const amount = { sent: formatBytes(sentBytes), size: formatBytes(sizeBytes) };
      return [
        t('state.uploading', amount),
        bytesPerSecond && t('state.speed', { size: formatBytes(bytesPerSecond) }),
        left,
      ]
        .filter(Boolean)
        .join(' · ');
    }
    case 'waiting':
      return t('state.waiting');
    case 'retrying':
      return t('trouble.offline', { percent });
    case 'paused':
      return t('state.paused', { percent });
    case 'elsewhere':
      return t('state.elsewhere');
    case 'needs-file':
      if (!filename) return t('state.needsUnseen', { count: wanted.length, percent });
      return others.length > 0
        ? t('state.needsFiles', { filename, count: others.length, percent })
        : t('state.needsFile', { filename, percent });
    case 'needs-leave':
      return t('state.needsLeave', { percent });
    case 'checking':
      return t('state.checking');
    case 'safe':
      return t('state.safe', { count: upload.parts });
    case 'failed':
      return t('trouble.refused');
  }
}
