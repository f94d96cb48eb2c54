import { createStore } from '../../app/store.ts';
import type { PartsTogether } from './parts.ts';

/**
 * Where an upload stands. `elsewhere`: another tab of this browser is at it. `needs-file`: what is still to
 * be sent has to be picked again. `needs-leave`: the browser asks before it may be read again. `checking`: all bytes are
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

/** One recording on its way in, from one file or from several. */
export interface Upload extends PartsTogether {
  /** Made here. */
  id: string;
  recordingId: string | null;
  title: string;
  /** A calendar day, `2026-11-12`. */
  lessonDate: string | null;
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
