import { i18n, language } from '../../app/i18n.ts';
import { showToast } from '../../ui/toasts.ts';

/** Copies the address of a moment, or of a note, and says so. Only who may see the recording can open it. */
export function copyLink(
  recordingId: string,
  { atMs, noteId }: { atMs: number; noteId?: string },
): void {
  const address = new URL(`/recordings/${recordingId}`, window.location.origin);
  address.searchParams.set('t', String(Math.floor(atMs / 1000)));
  if (noteId) address.searchParams.set('note', noteId);
  const t = i18n.getFixedT(language, 'review');
  const copied = () => showToast(t('copied'));
  const failed = () => showToast(t('notCopied', { address: address.href }));
  // Browsers keep the clipboard from pages on plain HTTP; the address is shown there instead.
  if (navigator.clipboard) void navigator.clipboard.writeText(address.href).then(copied, failed);
  else failed();
}
