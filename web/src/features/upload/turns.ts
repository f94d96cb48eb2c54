import { ApiProblem } from '../../app/api.ts';
import { noticeSignedOut } from '../../app/query-client.ts';
import { announceEnd } from './announce.ts';
import * as running from './job.ts';
import { type Job, show, showFiles } from './job.ts';
import { nextPart } from './parts.ts';
import { findFile, forgetPlace } from './place.ts';
import { readError } from './transfer-trouble.ts';
import { isOver, type Upload, type UploadTrouble, uploadStore } from './uploads.ts';
import { keepAwake } from './wake-lock.ts';

/** So that one in trouble does not hold up the others, and the line is not split among many. */
const atOnce = 2;
const longestWaitMs = 60_000;

/** The uploads of this tab, by their ids. */
export const jobs = new Map<string, Job>();

export const stateOf = (id: string) => uploadStore.read().find((upload) => upload.id === id)?.state;

/** Starts what waits, as far as there is room. */
export function pump(): void {
  const uploads = uploadStore.read();
  let free = atOnce - uploads.filter(({ state }) => state === 'uploading').length;
  for (const { id, state } of uploads) {
    const job = jobs.get(id);
    if (!job?.isReady || job.stop || state !== 'waiting' || free <= 0) continue;
    free -= 1;
    void run(job);
  }
  void keepAwake(uploadStore.read().some(({ state }) => state === 'uploading'));
}

async function run(job: Job): Promise<void> {
  const { id } = job.place;
  const stop = new AbortController();
  job.stop = stop;
  show(id, { state: 'uploading', trouble: null });
  try {
    const recordingId = await running.makeDraft(job);
    if (stop.signal.aborted) return;
    const isSent = await sendParts(job, recordingId, stop);
    if (stop.signal.reason === 'stalled') return retryLater(job, 'offline');
    if (!isSent) return;
    showFiles(job, { state: 'checking' });
    pump();
    if (await running.makeSure(recordingId, stop.signal)) finish(job);
  } catch (error) {
    if (!stop.signal.aborted) await answer(job, error);
  } finally {
    job.speed = undefined;
    show(id, { bytesPerSecond: null });
    if (job.stop === stop) job.stop = undefined;
    pump();
  }
}

/** Sends one file after another. Resolves with `false` where it was stopped, or some of them are not here. */
async function sendParts(job: Job, recordingId: string, stop: AbortController): Promise<boolean> {
  for (;;) {
    const part = nextPart(job.place.parts, (number) => job.files.has(number));
    if (part === undefined) break;
    showFiles(job);
    const isSent = await running.transfer(job, recordingId, part, stop);
    if (!isSent || stop.signal.aborted) return false;
  }
  // It may come in more files than this device was told of.
  await running.askWhatIsThere(job, recordingId);
  if (job.place.parts.every(({ isSent }) => isSent)) return true;
  const state = await findFiles(job);
  if (!stop.signal.aborted) showFiles(job, { state });
  return false;
}

/** Looks for the files that are still to be sent. @returns where the upload stands with what was found */
export async function findFiles({ place, files }: Job): Promise<Upload['state']> {
  let isLeaveNeeded = false;
  for (const [part, { isSent }] of place.parts.entries()) {
    if (isSent || files.has(part)) continue;
    const file = await findFile(place, part);
    if (file === 'needs-leave') isLeaveNeeded = true;
    else if (file) files.set(part, file);
  }
  const isAnyLeft = place.parts.some(({ isSent }) => !isSent);
  const next = nextPart(place.parts, (part) => files.has(part));
  if (!isAnyLeft || next !== undefined) return 'waiting';
  return isLeaveNeeded ? 'needs-leave' : 'needs-file';
}

/** Decides what becomes of an upload that stopped by itself. */
async function answer(job: Job, error: unknown): Promise<void> {
  const trouble = readError(error);
  job.attempts += 1;
  if (trouble.isMisplaced && job.attempts === 1) return show(job.place.id, { state: 'waiting' });
  if (trouble.trouble === 'offline' && (await isUnreadable(job))) {
    return showFiles(job, { state: 'needs-file', trouble: 'unreadable' });
  }
  // Somebody else may have signed in here, to whom another's recording does not exist.
  if (trouble.trouble === 'gone' && !(await running.isTheirs(job))) {
    return retryLater(job, 'signed_out');
  }
  if (!trouble.isPassing) return fail(job, trouble.trouble);
  retryLater(job, trouble.trouble);
}

/** Whether the file on its way cannot be read any more; then it is let go of. */
async function isUnreadable({ place, files }: Job): Promise<boolean> {
  const part = nextPart(place.parts, (number) => files.has(number));
  const file = part === undefined ? undefined : files.get(part);
  if (part === undefined || !file || (await running.isReadable(file))) return false;
  files.delete(part);
  return true;
}

function retryLater(job: Job, trouble: UploadTrouble): void {
  const { id } = job.place;
  show(id, { state: 'retrying', trouble });
  if (trouble === 'signed_out') {
    // It goes on when somebody has signed in (restoreUploads).
    noticeSignedOut(new ApiProblem({ status: 401, code: 'signed_out' }));
    return;
  }
  const waitMs = Math.min(1_000 * 2 ** job.attempts, longestWaitMs) * (0.75 + Math.random() / 2);
  job.timer = setTimeout(() => {
    show(id, { state: 'waiting' });
    pump();
  }, waitMs);
}

/** Tries at once whatever waits to be tried again: the device is back. */
export function wake(): void {
  for (const job of jobs.values()) {
    if (stateOf(job.place.id) !== 'retrying') continue;
    clearTimeout(job.timer);
    show(job.place.id, { state: 'waiting' });
  }
  pump();
}

export function fail(job: Job, trouble: UploadTrouble): void {
  show(job.place.id, { state: 'failed', trouble });
  announceEnd('failed', job.place.title);
  if (isOver({ trouble })) void forgetPlace(job.place.id);
}

export function finish(job: Job): void {
  const { id, title, parts } = job.place;
  void forgetPlace(id);
  job.files.clear();
  job.place.parts = parts.map((part) => ({ ...part, sentBytes: part.sizeBytes, isSent: true }));
  showFiles(job, { state: 'safe', trouble: null });
  announceEnd('safe', title);
}

export function enter(job: Job, state: Upload['state']): void {
  jobs.set(job.place.id, job);
  running.list(job, state);
}

export function leave(job: Job): void {
  running.halt(job, 'left');
  job.release?.();
  jobs.delete(job.place.id);
  uploadStore.write((uploads) => uploads.filter(({ id }) => id !== job.place.id));
  pump();
}

window.addEventListener('online', wake);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') wake();
});
