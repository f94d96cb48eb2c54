import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import { ApiProblem, call } from '../../app/api.ts';
import { queryClient } from '../../app/query-client.ts';
import { meQuery } from '../session/me.ts';
import { announceOtherFile } from './announce.ts';
import { fingerprint } from './fingerprint.ts';
import * as running from './job.ts';
import { type Job, show, showFiles } from './job.ts';
import { holdUpload } from './lock.ts';
import { type Candidate, matchParts, newPart, withReceived } from './parts.ts';
import type { Picked } from './picked.ts';
import {
  askForFile,
  forgetPlace,
  keepFile,
  newPlace,
  type Place,
  readPlace,
  readPlaces,
} from './place.ts';
import { compareFiles, nameOfWhole } from './split.ts';
import { guessTitle } from './title.ts';
import { discard } from './transfer.ts';
import { enter, fail, findFiles, finish, jobs, leave, pump, stateOf, wake } from './turns.ts';

/** A picked file with what recognises it. */
interface Known extends Picked, Candidate {
  lastModified: number;
}

/**
 * Makes one lesson of files, in their order.
 * @param about without it, title and date are guessed from the first file
 * @returns whether it has begun
 */
export async function addLesson(
  picked: readonly Picked[],
  about?: Pick<Place, 'title' | 'lessonDate' | 'copyOf'>,
): Promise<boolean> {
  const userId = queryClient.getQueryData(meQuery.queryKey)?.id;
  const known = await Promise.all(picked.map(know));
  const [first] = known;
  if (!userId || !first) return false;
  const name = known.length > 1 ? nameOfWhole(first.name) : first.name;
  const parts = known.map(({ file, fingerprint, handle }) => newPart(file, fingerprint, handle));
  const files = new Map(known.map(({ file }, part) => [part, file]));
  const described = { ...guessTitle(name, first.file.lastModified), ...about };
  await begin(newPlace(userId, { ...described, parts }), files);
  return true;
}

/**
 * Goes on with those of the picked files that an upload waits for. What that upload has already is none to
 * begin anew: whoever picks a lesson again picks all of it.
 * @returns the others
 */
export async function takeBack(picked: readonly Picked[]): Promise<Picked[]> {
  const known = await Promise.all(picked.map(know));
  const waiting = [...jobs.values()].filter(isWaiting);
  const jobOf = (print: string) =>
    waiting.find(({ place }) => place.parts.some(({ fingerprint }) => fingerprint === print));
  for (const job of waiting) {
    takeFiles(
      job,
      known.filter(({ fingerprint }) => jobOf(fingerprint) === job),
    );
  }
  return known
    .filter(({ fingerprint }) => !jobOf(fingerprint))
    .map(({ file, handle }) => ({ file, handle }));
}

function isWaiting({ place, files, isReady }: Job): boolean {
  const state = stateOf(place.id);
  if (!isReady || state === 'failed' || state === 'safe') return false;
  return place.parts.some(({ isSent }, part) => !isSent && !files.has(part));
}

/** Takes the files of a recording that has none, or only a part of them from another browser. */
export async function addFilesTo(
  recording: Pick<Recording, 'id' | 'title' | 'lessonDate' | 'source'>,
  picked: readonly Picked[],
): Promise<void> {
  const userId = queryClient.getQueryData(meQuery.queryKey)?.id;
  if (!userId) return;
  const latest = await running.readRecording(recording.id).catch(() => recording);
  const { id, title, lessonDate, source } = latest;
  // Before any of its files has begun, nobody is told how many there are; the engine asks again at the end.
  const parts = withReceived([], source ?? { parts: 1, files: [] });
  const place = newPlace(userId, { recordingId: id, title, lessonDate, parts });
  const files = matchFiles(place, await Promise.all(picked.map(know)));
  const missing = parts.find(({ isSent }) => !isSent);
  if (files.size === 0) return announceOtherFile(title, missing);
  await begin(place, files);
}

async function begin(place: Place, files: Job['files']): Promise<void> {
  const job: Job = { place, files, attempts: 0, isReady: false };
  enter(job, 'waiting');
  await holdUpload(job);
  await running.save(job, {});
  job.isReady = true;
  void keepFiles(job);
  pump();
}

/** One after the other, so that each is asked about the room that those before it have left. */
async function keepFiles({ place, files }: Pick<Job, 'place' | 'files'>): Promise<void> {
  for (const [part, file] of files) {
    if (!place.parts[part]?.handle) await keepFile(place.id, part, file);
  }
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
  const job: Job = { place, files: new Map(), attempts: 0, isReady: false };
  enter(job, place.isPaused ? 'paused' : 'waiting');
  await holdUpload(job, () => show(place.id, { state: 'elsewhere' }));
  // The tab that had it may have gone on, or finished, in the meantime.
  const latest = await readPlace(place.id);
  if (!latest) return leave(job);
  job.place = latest;
  const { recordingId, isPaused } = latest;
  if (recordingId) {
    const source = await running.readRecording(recordingId).then(
      (recording) => recording.source,
      (error: unknown) => (error instanceof ApiProblem && error.status === 404 ? 'gone' : null),
    );
    if (source === 'gone') return fail(job, 'gone');
    if (source?.isSafe) return finish(job);
    if (source) latest.parts = withReceived(latest.parts, source);
  }
  showFiles(job, { recordingId });
  const state = await findFiles(job);
  job.isReady = true;
  showFiles(job, { state: isPaused && state !== 'needs-leave' ? 'paused' : state });
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
  if (job) void resume(job);
}

async function resume(job: Job): Promise<void> {
  job.attempts = 0;
  void running.save(job, { isPaused: false });
  const state = await findFiles(job);
  // It runs already, or was paused again.
  if (job.stop || job.place.isPaused) return;
  showFiles(job, { state, trouble: null });
  pump();
}

/** Stops an upload for good and takes what is there off the server. */
export async function cancelUpload(id: string): Promise<void> {
  const job = jobs.get(id);
  if (!job) return;
  const { recordingId, parts } = job.place;
  leave(job);
  await forgetPlace(id);
  // The server puts away by itself what it cannot be told of now.
  const addresses = parts.flatMap(({ uploadUrl, isSent }) =>
    isSent || !uploadUrl ? [] : uploadUrl,
  );
  await Promise.all(addresses.map((address) => discard(address).catch(() => undefined)));
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

/** Goes on with files that were picked again, as far as they are the same ones. */
export async function chooseFilesAgain(id: string, picked: readonly Picked[]): Promise<void> {
  const job = jobs.get(id);
  if (job && !takeFiles(job, await Promise.all(picked.map(know)))) {
    show(id, { trouble: 'other_file' });
  }
}

/** Asks the browser for leave to read the files again; only from a click. */
export async function allowFiles(id: string): Promise<void> {
  const job = jobs.get(id);
  if (!job) return;
  for (const [part, { isSent, handle }] of job.place.parts.entries()) {
    if (isSent || !handle || job.files.has(part)) continue;
    const file = await askForFile(handle);
    if (file) job.files.set(part, file);
  }
  if (job.files.size > 0) await resume(job);
  else showFiles(job, { state: 'needs-file' });
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

async function know({ file, handle }: Picked): Promise<Known> {
  const { name, size, lastModified } = file;
  const print = await fingerprint(file).catch(() => '');
  return { file, handle, name, size, lastModified, fingerprint: print };
}

/** @returns whether any of them was one that the upload waits for */
function takeFiles(job: Job, picked: readonly Known[]): boolean {
  const files = matchFiles(job.place, picked);
  if (files.size === 0) return false;
  for (const [part, file] of files) job.files.set(part, file);
  void keepFiles({ place: job.place, files });
  void resume(job);
  return true;
}

/** Finds the parts of an upload among picked files, and notes in its place what they are called here. */
function matchFiles(place: Place, picked: readonly Known[]): Job['files'] {
  const ordered = picked.toSorted(compareFiles);
  const matches = matchParts(place.parts, ordered);
  const files: Job['files'] = new Map();
  place.parts = place.parts.map((part, number) => {
    const known = ordered[matches.indexOf(number)];
    if (!known || part.isSent) return part;
    files.set(number, known.file);
    const { sentBytes, uploadUrl } = part;
    return { ...newPart(known.file, known.fingerprint, known.handle), sentBytes, uploadUrl };
  });
  return files;
}
