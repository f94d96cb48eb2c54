import type { Recording } from '@second-look/core/contract';
import { ApiProblem, call } from '../../app/api.ts';
import { queryClient } from '../../app/query-client.ts';
import { type Place, savePlace } from './place.ts';
import { nextSpeed, type Speed } from './speed.ts';
import { sendFile } from './transfer.ts';
import { TransferTrouble } from './transfer-trouble.ts';
import { type Upload, uploadStore } from './uploads.ts';

/** One upload as the engine holds it. */
export interface Job {
  place: Place;
  file?: File;
  /** Present while it runs. */
  stop?: AbortController;
  timer?: ReturnType<typeof setTimeout>;
  /** Failures in a row, without a byte between them. */
  attempts: number;
  /** Gives up the right to work on it in this tab. */
  release?: () => void;
}

/** A line that carries nothing for so long is dead, or the device slept. */
const stallMs = 60_000;
const stallCheckMs = 5_000;
const askAgainMs = 1_500;

/** Puts an upload among those on the screen. */
export function list(place: Place, state: Upload['state']): void {
  const { id, recordingId, title, lessonDate, filename, sizeBytes, sentBytes } = place;
  const upload: Upload = {
    ...{ id, recordingId, title, lessonDate, filename, sizeBytes, sentBytes, state },
    isKept: true,
    trouble: null,
    bytesPerSecond: null,
  };
  uploadStore.write((uploads) => [...uploads, upload]);
}

export function show(id: string, change: Partial<Upload>): void {
  uploadStore.write((uploads) =>
    uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
  );
}

/** Stops an upload, for now or for good. */
export function halt(job: Job, reason: string): void {
  clearTimeout(job.timer);
  job.stop?.abort(reason);
  job.stop = undefined;
}

export async function save(job: Job, change: Partial<Place>): Promise<void> {
  Object.assign(job.place, change);
  show(job.place.id, { isKept: await savePlace(job.place) });
}

/** Makes the draft recording where there is none yet. @throws {ApiProblem} */
export async function makeDraft(job: Job): Promise<string> {
  const { recordingId, title, lessonDate, clientId } = job.place;
  if (recordingId) return recordingId;
  const draft = await call('POST /api/recordings', { body: { title, lessonDate, clientId } });
  show(job.place.id, { recordingId: draft.id });
  await save(job, { recordingId: draft.id });
  // It was asked for before, and renamed since.
  if (draft.title !== job.place.title || draft.lessonDate !== job.place.lessonDate) {
    await describe(job);
  }
  void queryClient.invalidateQueries({ queryKey: ['recordings'] });
  return draft.id;
}

/** Puts the title and the date as they are here on the recording. @throws {ApiProblem} */
export async function describe({ place }: Job): Promise<void> {
  if (!place.recordingId) return;
  await call('PATCH /api/recordings/:id', {
    params: { id: place.recordingId },
    body: { title: place.title, lessonDate: place.lessonDate },
  });
  void queryClient.invalidateQueries({ queryKey: ['recordings'] });
  void queryClient.invalidateQueries({ queryKey: ['recording', place.recordingId] });
}

/** Sends the file. Resolves with `false` where it was stopped. @throws {TransferTrouble} */
export async function transfer(job: Job, recordingId: string, stop: AbortController) {
  const { place, file } = job;
  if (!file) throw new TransferTrouble('unreadable');
  let speed: Speed | undefined;
  let lastMoveMs = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - lastMoveMs > stallMs) stop.abort('stalled');
  }, stallCheckMs);
  try {
    return await sendFile({
      file,
      recordingId,
      filename: place.filename,
      filetype: place.filetype,
      uploadUrl: place.uploadUrl,
      onAddress: (uploadUrl) => void save(job, { uploadUrl }),
      onSent: (bytes) => {
        lastMoveMs = Date.now();
        const next = nextSpeed(speed, bytes, lastMoveMs);
        if (next === speed) return;
        speed = next;
        show(place.id, { sentBytes: bytes, bytesPerSecond: speed.bytesPerSecond });
      },
      onAccepted: (bytes) => {
        job.attempts = 0;
        void save(job, { sentBytes: bytes });
      },
      signal: stop.signal,
    });
  } catch (error) {
    // It may be the same video all the same: its last bytes came from another device.
    const isTaken = error instanceof TransferTrouble && error.trouble === 'taken';
    if (isTaken && (await hasAll(recordingId, place.sizeBytes))) return true;
    throw error;
  } finally {
    clearInterval(watch);
    show(place.id, { bytesPerSecond: null });
  }
}

async function hasAll(recordingId: string, sizeBytes: number): Promise<boolean> {
  const { source } = await readRecording(recordingId);
  return source?.sizeBytes === sizeBytes && source.receivedBytes === sizeBytes;
}

/** Waits until the server has the whole file and its checksum, and could open it. @throws {ApiProblem | TransferTrouble} */
export async function makeSure(recordingId: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const recording = await readRecording(recordingId).catch((error: unknown) => {
      if (error instanceof ApiProblem && (error.status === 0 || error.status >= 500)) return null;
      throw error;
    });
    if (recording?.source?.isSafe) {
      void queryClient.invalidateQueries({ queryKey: ['recordings'] });
      void queryClient.invalidateQueries({ queryKey: ['recording', recordingId] });
      return true;
    }
    if (recording?.state === 'failed') throw new TransferTrouble('unusable');
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
  return false;
}

/** Whether whoever is signed in now is the one who began the upload. */
export async function isTheirs({ place }: Job): Promise<boolean> {
  const me = await call('GET /api/me', {}).catch(() => undefined);
  return me?.id === place.userId;
}

export function readRecording(id: string): Promise<Recording> {
  return call('GET /api/recordings/:id', { params: { id } });
}

/** Whether the file can still be read: a browser reports one that cannot as a broken connection. */
export async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}
