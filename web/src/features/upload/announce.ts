import './strings.ts';
import { formatBytes, shortTitle } from '../../app/format.ts';
import { i18n } from '../../app/i18n.ts';
import { showToast } from '../../ui/toasts.ts';

/** Says how an upload ended. The uploads' own page shows it already, so there it is only spoken. */
export function announceEnd(end: 'safe' | 'failed', title: string): void {
  showToast(i18n.t(`upload:announce.${end}`, { title: shortTitle(title) }), {
    tone: end === 'failed' ? 'trouble' : 'plain',
    isShownOn: '/upload',
  });
}

/** Says which file a lesson waits for, where others were picked. @param asked one that was begun, if any was */
export function announceOtherFile(
  title: string,
  asked: { filename: string; sizeBytes: number } | undefined,
): void {
  const { filename = '', sizeBytes = 0 } = asked ?? {};
  const about = { title: shortTitle(title), filename, size: formatBytes(sizeBytes) };
  showToast(i18n.t(`upload:announce.${filename ? 'otherFile' : 'otherFiles'}`, about), {
    tone: 'trouble',
  });
}
