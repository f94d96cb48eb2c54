import './strings.ts';
import { i18n } from '../../app/i18n.ts';
import { showToast } from '../../ui/toasts.ts';

/** A file as it was picked or dropped, with its handle where the browser gives one. */
export interface Picked {
  file: File;
  handle?: FileSystemFileHandle;
}

export function pickedFromInput(files: FileList | null): Picked[] {
  return Array.from(files ?? [], (file) => ({ file }));
}

/** Must be called in the drop event itself: afterwards the browser has emptied it. */
export function pickedFromDrop(transfer: DataTransfer): Promise<Picked[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const found = items.map(async (item): Promise<Picked[]> => {
    const file = item.getAsFile();
    const handle = await item.getAsFileSystemHandle?.().catch(() => null);
    if (!file || handle?.kind === 'directory') return [];
    return [{ file, handle: (handle as FileSystemFileHandle | null) ?? undefined }];
  });
  return Promise.all(found).then((picked) => picked.flat());
}

/** What is plainly neither a film nor sound. Unknown types are let through: the server looks inside. */
export function isPlainlyNoRecording({ type }: { type: string }): boolean {
  return /^(image|text|font)\/|^application\/(pdf|zip|json|msword|vnd\.(openxml|oasis|ms-(excel|powerpoint|word)))/.test(
    type,
  );
}

/** What may be a recording; the rest is named as left out. */
export function leaveOutOthers(picked: Picked[]): Picked[] {
  const others = picked.filter(({ file }) => isPlainlyNoRecording(file));
  if (others.length > 0) {
    const names = others.map(({ file }) => file.name).join(', ');
    showToast(i18n.t('upload:leftOut', { count: others.length, names }), { tone: 'trouble' });
  }
  return picked.filter(({ file }) => !isPlainlyNoRecording(file));
}

declare global {
  /** Chromium's, not in TypeScript's DOM library. */
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
}
