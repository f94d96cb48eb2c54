import { i18n } from '../../app/i18n.ts';
import { createStore } from '../../app/store.ts';
import { showToast } from '../../ui/toasts.ts';
import type { Picked } from './picked.ts';

/**
 * Where an upload stands. `elsewhere`: another tab of this browser is at it. `needs-file`: to be picked
 * again. `needs-leave`: the browser asks before the file may be read again. `checking`: all bytes are
 * there, the server makes sure of them.
 */
export type UploadState =
  | 'waiting'
  | 'uploading'
  | 'retrying'
  | 'paused'
  | 'elsewhere'
  | 'needs-file'
  | 'needs-leave'
  | 'checking'
  | 'safe'
  | 'failed';

/** Why an upload waits or has failed; each has a sentence in the strings. */
export type UploadTrouble =
  | 'offline'
  | 'server'
  | 'signed_out'
  | 'too_large'
  | 'no_space'
  | 'quota_full'
  | 'gone'
  | 'unreadable'
  | 'other_file'
  | 'taken'
  | 'unusable'
  | 'refused';

export interface Upload {
  /** Made here; also the draft recording's `clientId`. */
  id: string;
  recordingId: string | null;
  title: string;
  /** A calendar day, `2026-11-12`. */
  lessonDate: string | null;
  filename: string;
  sizeBytes: number;
  sentBytes: number;
  /** The browser has kept its place: it goes on after the tab was closed. */
  isKept: boolean;
  state: UploadState;
  trouble: UploadTrouble | null;
  /** Smoothed; `null` until it is known. */
  bytesPerSecond: number | null;
}

/** The uploads of this browser that are not put away yet. The engine alone writes to it. */
export const uploadStore = createStore<readonly Upload[]>([]);

export const useUploads = uploadStore.use;

/** This browser's upload of a recording, while there is one. */
export function useUploadOf(recordingId: string): Upload | undefined {
  return useUploads().find((upload) => upload.recordingId === recordingId);
}

/** Nothing can be tried again, and nothing of it is on the server. */
export const isOver = ({ trouble }: Pick<Upload, 'trouble'>) =>
  trouble === 'gone' || trouble === 'unusable' || trouble === 'taken';

/** Loads what does the work (tus), only once it is needed. */
export const loadEngine = () => import('./engine.ts');

/** Takes picked files in; says so where the connection was lost before the engine was loaded. */
export async function addPicked(picking: Picked[] | Promise<Picked[]>): Promise<void> {
  const engine = await loadEngine().catch(() => null);
  if (engine) await engine.addFiles(await picking);
  else showToast(i18n.t('trouble.offlineShort'), { tone: 'trouble' });
}
