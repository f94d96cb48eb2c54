import type { Recording } from '@second-look/core/contract';
import { ApiProblem, call } from '../../app/api.ts';
import { queryClient } from '../../app/query-client.ts';
import { type Part, together, withReceived } from './parts.ts';
import { type Place, savePlace } from './place.ts';
import { nextSpeed, type Speed } from './speed.ts';
import { sendFile } from './transfer.ts';
import { TransferTrouble } from './transfer-trouble.ts';
import { type Upload, uploadStore } from './uploads.ts';

/** One upload as the engine holds it. */
export interface Job {
  place: Place;
  /** Those of its files that can be read here, by their part. */
  files: Map<number, File>;
  /** Carried from file to file, while it runs. */
  speed?: Speed;
  /** Present while it runs. */
  stop?: AbortController;
  timer?: ReturnType<typeof setTimeout>;
  /** Failures in a row, without a byte between them. */
  attempts: number;
  /** Gives up the right to work on it in this tab. */
  release?: () => void;
  /** This tab alone works on it, and has looked for its files. */
  isReady: boolean;
}

/** A line that carries nothing for so long is dead, or the device slept. */
const stallMs = 60_000;
const stallCheckMs = 5_000;
const askAgainMs = 1_500;

/** Puts an upload among those on the screen. */
export function list(job: Job, state: Upload['state']): void {
  const { id, recordingId, title, lessonDate } = job.place;
  const upload: Upload = {
    ...{ id, recordingId, title, lessonDate, state },
    ...filesOf(job),
    isKept: true,
    trouble: null,
    bytesPerSecond: null,
  };
  uploadStore.write((uploads) => [...uploads, upload]);
}

const filesOf = ({ place, files }: Job) => together(place.parts, (part) => files.has(part));

/** Shows how far the files of an upload are, and which of them is next. */
export function showFiles(job: Job, change: Partial<Upload> = {}): void {
  show(job.place.id, { ...filesOf(job), ...change });
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
  const { recordingId, title, lessonDate, clientId, parts, copyOf } = job.place;
  if (recordingId) return recordingId;
  const draft = await call('POST /api/recordings', {
    body: { title, lessonDate, clientId, parts: parts.length, copyOf },
  });
  show(job.place.id, { recordingId: draft.id });
  await save(job, { recordingId: draft.id });
  // It was asked for before, and renamed since.
  if (draft.title !== job.place.title || draft.lessonDate !== job.place.lessonDate) {
    await describe(job);
  }
  void queryClient.invalidateQueries({ queryKey: ['recordings'] });
  if (copyOf) void queryClient.invalidateQueries({ queryKey: ['recording', copyOf] });
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

/** Sends one of the files. Resolves with `false` where it was stopped. @throws {TransferTrouble} */
export async function transfer(
  job: Job,
  recordingId: string,
  part: number,
  stop: AbortController,
): Promise<boolean> {
  const { place } = job;
  const file = job.files.get(part);
  const about = place.parts[part];
  if (!file || !about) throw new TransferTrouble('unreadable');
  const others = together(place.parts, () => true).sentBytes - about.sentBytes;
  let lastMoveMs = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - lastMoveMs > stallMs) stop.abort('stalled');
  }, stallCheckMs);
  try {
    const isSent = await sendFile({
      ...{ file, recordingId, part },
      filename: about.filename,
      filetype: about.filetype,
      uploadUrl: about.uploadUrl,
      onAddress: (uploadUrl) => void savePart(job, part, { uploadUrl }),
      onSent: (bytes) => {
        lastMoveMs = Date.now();
        const next = nextSpeed(job.speed, others + bytes, lastMoveMs);
        if (next === job.speed) return;
        job.speed = next;
        show(place.id, { sentBytes: others + bytes, bytesPerSecond: next.bytesPerSecond });
      },
      onAccepted: (bytes) => {
        job.attempts = 0;
        void savePart(job, part, { sentBytes: bytes });
      },
      signal: stop.signal,
    });
    if (isSent) await savePart(job, part, { sentBytes: about.sizeBytes, isSent: true });
    return isSent;
  } catch (error) {
    // It may be the same video all the same: its last bytes came from another device.
    const isTaken = error instanceof TransferTrouble && error.trouble === 'taken';
    if (isTaken) await askWhatIsThere(job, recordingId);
    if (!isTaken || !job.place.parts[part]?.isSent) throw error;
    return true;
  } finally {
    clearInterval(watch);
  }
}

async function savePart(job: Job, part: number, change: Partial<Part>): Promise<void> {
  const parts = job.place.parts.map((known, index) =>
    index === part ? { ...known, ...change } : known,
  );
  await save(job, { parts });
}

/** Takes over what the server has of each file, and how many it says there are. @throws {ApiProblem} */
export async function askWhatIsThere(job: Job, recordingId: string): Promise<void> {
  const { source } = await readRecording(recordingId);
  if (source) await save(job, { parts: withReceived(job.place.parts, source) });
}

/** Waits until the server has every file whole and its checksum, and could open it. @throws {ApiProblem | TransferTrouble} */
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
