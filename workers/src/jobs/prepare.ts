import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '@second-look/infra/database';
import type { Logger } from '@second-look/infra/log';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { Handler, WorkContext } from '@second-look/infra/queue';
import {
  inspect,
  MediaFailure,
  type MediaTools,
  planWhole,
  poster,
  remux,
  type SourceFacts,
  type TranscodeResult,
  transcode,
} from '../media/index.ts';
import {
  type ClaimedStep,
  claimStep,
  failStep,
  type NewRendition,
  publish,
  returnStep,
  saveChecksum,
  saveFacts,
  saveProgress,
} from './prepare-queries.ts';
import { insideFolder } from './work-folder.ts';

export interface Workshop {
  database: Database;
  store: ObjectStore;
  tools: MediaTools;
  /** A folder for what is being made; each job has one of its own inside, gone when it ends. */
  workDir: string;
  log: Logger;
}

const progressEveryMs = 1_000;
// A step that was begun this often and never ended was interrupted each time.
const mostAttempts = 10;

/** Makes a recording watchable: checksum, inspection, poster, renditions, and then all of it at once. */
export function prepareJob(workshop: Workshop): Handler {
  const { database, log, workDir } = workshop;
  return async ({ stepId }, { isLastTry, signal, tellProgress }) => {
    const step = await claimStep(database.plain, stepId);
    if (!step || step.deletedAt) return;
    if (step.attempt - step.reopenedAfter > mostAttempts) {
      return failStep(database.plain, step, 'interrupted', `attempt ${step.attempt}`);
    }
    const folder = join(workDir, `${step.id}-${step.attempt}`);
    try {
      await insideFolder(folder, () => prepare(workshop, step, folder, { signal, tellProgress }));
    } catch (error) {
      if (signal.aborted) {
        await returnStep(database.plain, step);
        throw error;
      }
      const isFinal = error instanceof MediaFailure ? !error.isWorthRetrying : false;
      log.warn({ err: error, step: step.id, attempt: step.attempt }, 'preparing failed');
      if (!isFinal && !isLastTry) throw error;
      const code = error instanceof MediaFailure ? error.code : 'encode_failed';
      const detail = error instanceof MediaFailure ? error.operatorDetail : String(error);
      await failStep(database.plain, step, code, detail);
    }
  };
}

async function prepare(
  { database, store, tools, log }: Workshop,
  step: ClaimedStep,
  folder: string,
  { signal, tellProgress }: Pick<WorkContext, 'signal' | 'tellProgress'>,
) {
  const db = database.plain;
  if (step.sha256 === null)
    await saveChecksum(db, step, await checksum(store, step.objectKey, signal));
  const original = store.localPath(step.objectKey);
  if (original === null)
    throw new Error('Videos can be prepared only from a store on this machine.');
  let path = original;
  let facts = await inspect(path, tools, { signal });
  if (facts.needsRemux) {
    path = await remuxed(path, facts, folder, tools, signal);
    facts = await inspect(path, tools, { signal });
  }
  await saveFacts(db, step, facts, facts.durationMs);

  const stillPath = join(folder, 'poster.jpg');
  await poster(path, facts, stillMoment(facts), stillPath, tools, { signal });
  const encodeDir = join(folder, 'encode');
  await mkdir(encodeDir);
  let told = 0;
  const result = await transcode(path, planWhole(facts), encodeDir, tools, {
    signal,
    onProgress: (done) => {
      if (Date.now() - told < progressEveryMs) return;
      told = Date.now();
      tellProgress(done);
      // A tick that does not arrive is followed by another.
      saveProgress(db, step, done).catch(() => {});
    },
  });

  const prefixOf = (attempt: number) =>
    `recordings/${step.recordingId}/cuts/${step.cutId}/${attempt}`;
  const prefix = prefixOf(step.attempt);
  const posterKey = `${prefix}/poster.jpg`;
  await store.putFile(posterKey, stillPath);
  const renditions = await Promise.all(
    result.renditions.map((made) => keep(store, made, `${prefix}/${made.kind}.mp4`)),
  );
  const keys = [posterKey, ...renditions.map(({ chunk }) => chunk.objectKey)];
  const isPublished = await publish(db, step, {
    renditions,
    posterKey,
    durationMs: result.durationMs,
    isIncomplete: result.isTruncated,
    madeBytes: await sizeOf(store, keys),
  });
  // Objects without a row: ours if somebody was quicker, else those of attempts that were killed.
  const losers = isPublished
    ? Array.from({ length: step.attempt - 1 }, (_, i) => i + 1)
    : [step.attempt];
  try {
    for (const attempt of losers) await store.deleteAll(`${prefixOf(attempt)}/`);
  } catch (error) {
    // The recording can be watched: they cost space and nothing else, and go with it at the latest.
    log.warn({ err: error, step: step.id }, 'the objects of another attempt are left over');
  }
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
  path: string,
  facts: SourceFacts,
  folder: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<string> {
  const target = join(folder, 'remuxed.mkv');
  await remux(path, facts, target, tools, { signal });
  return target;
}

/** A third into the lesson, two minutes at most: the first picture is often a thumb on the lens. */
function stillMoment({ durationMs }: SourceFacts): number {
  return Math.min(120_000, Math.round((durationMs ?? 0) / 3));
}

/** SHA-256 of an object, in hexadecimal. */
async function checksum(store: ObjectStore, objectKey: string, signal: AbortSignal) {
  const hash = createHash('sha256');
  for await (const chunk of await store.read(objectKey)) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}
