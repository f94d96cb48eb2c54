import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import { ApiProblem, call } from '../../app/api.ts';
import { noticeSignedOut, queryClient } from '../../app/query-client.ts';
import { meQuery } from '../session/me.ts';
import { announceEnd, announceOtherFile } from './announce.ts';
import { fingerprint } from './fingerprint.ts';
import * as running from './job.ts';
import { type Job, show } from './job.ts';
import { holdUpload } from './lock.ts';
import { leaveOutNoVideos, type Picked } from './picked.ts';
import {
  askForFile,
  findFile,
  forgetPlace,
  keepFile,
  newPlace,
  type Place,
  readPlace,
  readPlaces,
} from './place.ts';
import { discard } from './transfer.ts';
import { readError } from './transfer-trouble.ts';
import { isOver, type Upload, type UploadTrouble, uploadStore } from './uploads.ts';
import { keepAwake } from './wake-lock.ts';

/** So that one in trouble does not hold up the others, and the line is not split among many. */
const atOnce = 2;
const longestWaitMs = 60_000;

const jobs = new Map<string, Job>();
const stateOf = (id: string) => uploadStore.read().find((upload) => upload.id === id)?.state;

/** Takes picked files in. What is one that an upload waits for goes on there. */
export async function addFiles(picked: Picked[]): Promise<void> {
  const userId = queryClient.getQueryData(meQuery.queryKey)?.id;
  if (!userId) return;
  for (const { file, handle } of leaveOutNoVideos(picked)) {
    const print = await fingerprint(file).catch(() => '');
    const waiting = [...jobs.values()].find(
      ({ place }) => place.fingerprint === print && stateOf(place.id) === 'needs-file',
    );
    if (waiting) takeFile(waiting, file);
    else await begin(newPlace(userId, file, print, handle), file);
  }
}

/** Takes the video of a recording that has none, or only a part of it from another browser. */
export async function addFileTo(
  known: Pick<Recording, 'id' | 'title' | 'lessonDate' | 'source'>,
  { file, handle }: Picked,
): Promise<void> {
  const userId = queryClient.getQueryData(meQuery.queryKey)?.id;
  if (!userId) return;
  const recording = await running.readRecording(known.id).catch(() => known);
  const { id, title, lessonDate, source } = recording;
  if (source && source.sizeBytes !== file.size) {
    return announceOtherFile(title, source);
  }
  const place = newPlace(userId, file, await fingerprint(file).catch(() => ''), handle);
  const begun = { recordingId: id, title, lessonDate, sentBytes: source?.receivedBytes ?? 0 };
  await begin({ ...place, ...begun }, file);
}

async function begin(place: Place, file: File): Promise<void> {
  const job: Job = { place, file, attempts: 0 };
  enter(job, 'waiting');
  await holdUpload(job);
  await running.save(job, {});
  if (!place.handle) void keepFile(place.id, file);
  pump();
}

/** Goes on with what a user left unfinished in this browser, and with what waited for signing in again. */
export async function restoreUploads(userId: string): Promise<void> {
  for (const job of jobs.values()) {
    if (job.place.userId !== userId) leave(job);
  }
  wake();
  const places = await readPlaces(userId);
  await Promise.all(places.filter(({ id }) => !jobs.has(id)).map(restore));
}

async function restore(place: Place): Promise<void> {
  const job: Job = { place, attempts: 0 };
  enter(job, place.isPaused ? 'paused' : 'waiting');
  await holdUpload(job, () => show(place.id, { state: 'elsewhere' }));
  // The tab that had it may have gone on, or finished, in the meantime.
  const latest = await readPlace(place.id);
  if (!latest) return leave(job);
  job.place = latest;
  const { recordingId } = latest;
  if (recordingId) {
    const source = await running.readRecording(recordingId).then(
      (recording) => recording.source,
      (error: unknown) => (error instanceof ApiProblem && error.status === 404 ? 'gone' : null),
    );
    if (source === 'gone') return fail(job, 'gone');
    if (source?.isSafe) return finish(job);
    if (source) job.place.sentBytes = source.receivedBytes;
  }
  show(place.id, { sentBytes: job.place.sentBytes, recordingId });
  const file = await findFile(latest);
  if (file === 'needs-leave') return show(place.id, { state: 'needs-leave' });
  job.file = file;
  if (latest.isPaused) return show(place.id, { state: 'paused' });
  show(place.id, { state: file ? 'waiting' : 'needs-file' });
  pump();
}

export function pauseUpload(id: string): void {
  const job = jobs.get(id);
  if (!job || stateOf(id) === 'safe') return;
  running.halt(job, 'paused');
  show(id, { state: 'paused', trouble: null });
  void running.save(job, { isPaused: true });
  pump();
}

export function resumeUpload(id: string): void {
  const job = jobs.get(id);
  if (!job) return;
  job.attempts = 0;
  void running.save(job, { isPaused: false });
  show(id, { state: job.file ? 'waiting' : 'needs-file', trouble: null });
  pump();
}

/** Stops an upload for good and takes what is there off the server. */
export async function cancelUpload(id: string): Promise<void> {
  const job = jobs.get(id);
  if (!job) return;
  const { recordingId, uploadUrl } = job.place;
  leave(job);
  await forgetPlace(id);
  // The server puts away by itself what it cannot be told of now.
  if (uploadUrl) await discard(uploadUrl).catch(() => undefined);
  if (recordingId) {
    await call('DELETE /api/recordings/:id', { params: { id: recordingId } }).catch(
      () => undefined,
    );
  }
  void queryClient.invalidateQueries({ queryKey: ['recordings'] });
}

/** Puts a finished or failed upload away. */
export function dismissUpload(id: string): void {
  const job = jobs.get(id);
  if (job) leave(job);
  void forgetPlace(id);
}

/** Goes on with a file that was picked again, if it is the same one. */
export async function chooseFileAgain(id: string, file: File): Promise<void> {
  const job = jobs.get(id);
  if (!job) return;
  if ((await fingerprint(file).catch(() => '')) !== job.place.fingerprint) {
    return show(id, { trouble: 'other_file' });
  }
  takeFile(job, file);
}

/** Asks the browser for leave to read the file again; only from a click. */
export async function allowFile(id: string): Promise<void> {
  const job = jobs.get(id);
  const file = job && (await askForFile(job.place));
  if (job && file) takeFile(job, file);
  else show(id, { state: 'needs-file' });
}

/** Changes what the lesson is called and when it was. @throws {ApiProblem} */
export async function describeUpload(
  id: string,
  about: { title: string; lessonDate: string | null },
): Promise<void> {
  const job = jobs.get(id);
  if (!job) return;
  await running.save(job, about);
  show(id, about);
  await running.describe(job);
}

function takeFile(job: Job, file: File): void {
  job.file = file;
  void keepFile(job.place.id, file);
  resumeUpload(job.place.id);
}

/** Starts what waits, as far as there is room. */
function pump(): void {
  const uploads = uploadStore.read();
  let free = atOnce - uploads.filter(({ state }) => state === 'uploading').length;
  for (const { id, state } of uploads) {
    const job = jobs.get(id);
    // Without its file or the right to work on it, it is still being restored.
    if (!job?.file || !job.release || job.stop || state !== 'waiting' || free <= 0) continue;
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
    const isSent = await running.transfer(job, recordingId, stop);
    if (stop.signal.reason === 'stalled') return retryLater(job, 'offline');
    if (!isSent) return;
    show(id, { state: 'checking', sentBytes: job.place.sizeBytes });
    pump();
    if (await running.makeSure(recordingId, stop.signal)) finish(job);
  } catch (error) {
    if (!stop.signal.aborted) await answer(job, error);
  } finally {
    if (job.stop === stop) job.stop = undefined;
    pump();
  }
}

/** Decides what becomes of an upload that stopped by itself. */
async function answer(job: Job, error: unknown): Promise<void> {
  const trouble = readError(error);
  job.attempts += 1;
  if (trouble.isMisplaced && job.attempts === 1) return show(job.place.id, { state: 'waiting' });
  if (trouble.trouble === 'offline' && job.file && !(await running.isReadable(job.file))) {
    job.file = undefined;
    return show(job.place.id, { state: 'needs-file', trouble: 'unreadable' });
  }
  // Somebody else may have signed in here, to whom another's recording does not exist.
  if (trouble.trouble === 'gone' && !(await running.isTheirs(job))) {
    return retryLater(job, 'signed_out');
  }
  if (!trouble.isPassing) return fail(job, trouble.trouble);
  retryLater(job, trouble.trouble);
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
function wake(): void {
  for (const job of jobs.values()) {
    if (stateOf(job.place.id) !== 'retrying') continue;
    clearTimeout(job.timer);
    show(job.place.id, { state: 'waiting' });
  }
  pump();
}

function fail(job: Job, trouble: UploadTrouble): void {
  show(job.place.id, { state: 'failed', trouble });
  announceEnd('failed', job.place.title);
  if (isOver({ trouble })) void forgetPlace(job.place.id);
}

function finish(job: Job): void {
  const { id, title, sizeBytes } = job.place;
  void forgetPlace(id);
  job.file = undefined;
  show(id, { state: 'safe', trouble: null, sentBytes: sizeBytes });
  announceEnd('safe', title);
}

function enter(job: Job, state: Upload['state']): void {
  jobs.set(job.place.id, job);
  running.list(job.place, state);
}

function leave(job: Job): void {
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
