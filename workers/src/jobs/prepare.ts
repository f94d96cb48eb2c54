import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, mayDeleteObjects } from '@second-look/infra/database';
import type { Logger } from '@second-look/infra/log';
import { ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import type { Handler, WorkContext } from '@second-look/infra/queue';
import {
  inspect,
  MediaFailure,
  type MediaTools,
  planWhole,
  poster,
  remux,
  type Source,
  type SourceFacts,
  type TranscodeResult,
  transcode,
} from '../media/index.ts';
import { attempts, steps } from '../metrics.ts';
import { keepBeside, makeBeside } from './beside.ts';
import { isOutage } from './outage.ts';
import {
  type ClaimedStep,
  claimStep,
  failStep,
  forgetGrowth,
  type NewRendition,
  publish,
  returnStep,
  saveChecksum,
  saveFacts,
  saveProgress,
} from './prepare-queries.ts';
import { progressTeller } from './progress.ts';
import { openSource } from './source-reader.ts';
import { steadyRead } from './steady-read.ts';
import { insideFolder } from './work-folder.ts';

export interface Workshop {
  database: Database;
  store: ObjectStore;
  tools: MediaTools;
  /** A folder for what is being made; each job has one of its own inside, gone when it ends. */
  workDir: string;
  log: Logger;
}

// A step that was begun this often and never ended was interrupted each time, by something in it perhaps.
const mostAttempts = 10;

/** Makes a recording watchable: checksum, inspection, poster, renditions, and then all of it at once. */
export function prepareJob(workshop: Workshop): Handler {
  const { database, log, workDir } = workshop;
  return async ({ stepId }, { isLastTry, signal, tellProgress }) => {
    const step = await claimStep(database.plain, stepId);
    if (!step || step.deletedAt) return;
    attempts.inc({ kind: 'prepare' });
    const end = steps.startTimer({ kind: 'prepare' });
    if (step.attempt - step.reopenedAfter > mostAttempts) {
      end({ outcome: 'failed' });
      return failStep(database.plain, step, 'interrupted', `attempt ${step.attempt}`);
    }
    const folder = join(workDir, `${step.id}-${step.attempt}`);
    try {
      let isPublished = false;
      await insideFolder(folder, async () => {
        isPublished = await prepare(workshop, step, folder, { signal, tellProgress });
      });
      end({ outcome: isPublished ? 'done' : 'overtaken' });
    } catch (error) {
      if (signal.aborted) {
        end({ outcome: 'given_back' });
        await returnStep(database.plain, step);
        throw error;
      }
      log.warn({ err: error, step: step.id, attempt: step.attempt }, 'preparing failed');
      const failure = failureOf(error, isLastTry);
      end({ outcome: failure ? 'failed' : 'broken_off' });
      if (failure) return failStep(database.plain, step, failure.code, failure.detail);
      // Where it is the database that is away, this attempt counts; the next cannot even begin.
      if (isOutage(error)) await returnStep(database.plain, step, 'uncounted').catch(() => {});
      // The queue waits longer each time, and the sweep goes on where it gives up.
      throw error;
    }
  };
}

/** What the owner is told, where the recording itself is at fault and nothing is gained by trying again. */
function failureOf(error: unknown, isLastTry: boolean) {
  if (error instanceof MediaFailure && !(error.isWorthRetrying && !isLastTry))
    return { code: error.code, detail: error.operatorDetail };
  if (error instanceof ObjectMissing && isLastTry)
    return { code: 'source_missing', detail: String(error) };
  return undefined;
}

/** @returns whether this attempt was published, or a later one was quicker */
async function prepare(
  workshop: Workshop,
  step: ClaimedStep,
  folder: string,
  { signal, tellProgress }: Pick<WorkContext, 'signal' | 'tellProgress'>,
) {
  // The server does it as well, where it lives to do it.
  if (step.growth) {
    await workshop.store.complete(step.objectKey, step.growth);
    await forgetGrowth(workshop.database.plain, step);
  }
  const { source, broken, close } = await openSource(workshop.store, step.objectKey);
  const progress = progressTeller(async (done) => {
    tellProgress(done);
    await saveProgress(workshop.database.plain, step, done);
  });
  try {
    progress.tell(0);
    const made = await make(workshop, step, source, folder, {
      signal: AbortSignal.any([signal, broken]),
      onProgress: progress.tell,
    });
    await progress.end();
    return await publishMade(workshop, step, made);
  } catch (error) {
    // Whoever read from it knows only that the bytes ended.
    throw broken.aborted ? broken.reason : error;
  } finally {
    close();
    await progress.end();
  }
}

async function make(
  { database, store, tools, log }: Workshop,
  step: ClaimedStep,
  original: Source,
  folder: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number) => void },
) {
  const db = database.plain;
  if (step.sha256 === null)
    await saveChecksum(db, step, await checksum(store, step.objectKey, signal));
  let source = original;
  let facts = await inspect(source, tools, { signal });
  if (facts.needsRemux) {
    const copy = await remuxed(source, facts, folder, tools, signal);
    source = copy.path;
    const isCutOff = facts.isCutOff || copy.isCutOff;
    facts = { ...(await inspect(source, tools, { signal })), isCutOff };
  }
  await saveFacts(db, step, facts, facts.durationMs);

  const stillPath = join(folder, 'poster.jpg');
  await poster(source, facts, stillMoment(facts), stillPath, tools, { signal });
  const beside = await makeBeside(source, facts, folder, { tools, log, signal });
  const encodeDir = join(folder, 'encode');
  await mkdir(encodeDir);
  const plan = planWhole(facts);
  const result = await transcode(source, plan, encodeDir, tools, { signal, onProgress });
  return { stillPath, beside, result };
}

async function publishMade(
  { database, store, log }: Workshop,
  step: ClaimedStep,
  { stillPath, beside, result }: Awaited<ReturnType<typeof make>>,
) {
  const prefixOf = (attempt: number) =>
    `recordings/${step.recordingId}/cuts/${step.cutId}/${attempt}`;
  const prefix = prefixOf(step.attempt);
  const posterKey = `${prefix}/poster.jpg`;
  await store.putFile(posterKey, stillPath);
  const besideColumns = await keepBeside(store, beside, prefix);
  const renditions = await Promise.all(
    result.renditions.map((made) => keep(store, made, `${prefix}/${made.kind}.mp4`)),
  );
  const keys = [
    posterKey,
    besideColumns.storyboardKey,
    besideColumns.waveformKey,
    ...renditions.map(({ chunk }) => chunk.objectKey),
  ].filter((key) => key !== null);
  const isPublished = await publish(database.plain, step, {
    renditions,
    posterKey,
    beside: besideColumns,
    durationMs: result.durationMs,
    isIncomplete: result.isTruncated,
    madeBytes: await sizeOf(store, keys),
  });
  try {
    if (!isPublished) await store.deleteAll(`${prefix}/`);
    else await deleteEarlier(database.plain, store, step, prefixOf);
  } catch (error) {
    // The recording can be watched: they cost space and nothing else, and go with it at the latest.
    log.warn({ err: error, step: step.id }, 'the objects of another attempt are left over');
  }
  return isPublished;
}

/** Deletes what attempts before this one made: killed ones, and the one that was published until now. */
function deleteEarlier(
  db: Database['plain'],
  store: ObjectStore,
  step: ClaimedStep,
  prefixOf: (attempt: number) => string,
) {
  return db.transaction(async (tx) => {
    if (!(await mayDeleteObjects(tx))) return;
    for (let attempt = 1; attempt < step.attempt; attempt += 1)
      await store.deleteAll(`${prefixOf(attempt)}/`);
  });
}

async function keep(
  store: ObjectStore,
  made: TranscodeResult['renditions'][number],
  objectKey: string,
): Promise<NewRendition> {
  await store.putFile(objectKey, made.filePath);
  const { kind, codec, averageBandwidth, peakBandwidth, init, segments } = made;
  return {
    id: randomUUID(),
    kind,
    codec,
    averageBandwidth,
    peakBandwidth,
    ...(made.kind === 'video'
      ? { width: made.width, height: made.height, frameRate: made.frameRate }
      : { channels: made.channels }),
    chunk: { objectKey, initOffset: init.offset, initLength: init.length, segments },
  };
}

async function sizeOf(store: ObjectStore, keys: string[]): Promise<number> {
  const sizes = await Promise.all(keys.map((key) => store.size(key)));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

async function remuxed(
  source: Source,
  facts: SourceFacts,
  folder: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<{ path: string; isCutOff: boolean }> {
  const target = join(folder, 'remuxed.mkv');
  return { path: target, ...(await remux(source, facts, target, tools, { signal })) };
}

/** A third into the lesson, two minutes at most: the first picture is often a thumb on the lens. */
function stillMoment({ durationMs }: SourceFacts): number {
  return Math.min(120_000, Math.round((durationMs ?? 0) / 3));
}

/** SHA-256 of an object, in hexadecimal. */
async function checksum(store: ObjectStore, objectKey: string, signal: AbortSignal) {
  const sizeBytes = await store.size(objectKey);
  if (sizeBytes === null) throw new ObjectMissing(objectKey);
  const hash = createHash('sha256');
  for await (const chunk of steadyRead(
    store,
    objectKey,
    { start: 0, end: sizeBytes - 1 },
    signal,
  )) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}
