import { randomUUID } from 'node:crypto';
import type { AudioRendition, VideoRendition } from '@second-look/core/playlist';
import { mayDeleteObjects, type Transaction } from '@second-look/infra/database';
import {
  cut,
  processingStep,
  recording,
  rendition,
  renditionChunk,
  type StoredSegment,
  source,
} from '@second-look/migrations/schema';
import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { MediaFailure } from '../media/index.ts';
import { bandwidths } from '../media/segments.ts';
import { type ClaimedStep, endStep } from './step-queries.ts';
import { cutPrefixOf, postersOf, prefixOf, type Workshop } from './workshop.ts';

type Made = (VideoRendition & { frames?: number }) | AudioRendition;

/** The steps that make a lasting version: it is whole when all of them are done. */
export const lastingKinds = ['chunk', 'sound'] as const;

/** Writes down one stretch of a rendition, and the rendition itself where it is the first. */
export async function keepChunk(
  tx: Transaction,
  { cutId, version, part, showing }: Pick<ClaimedStep, 'cutId' | 'version' | 'part' | 'showing'>,
  made: Made,
  objectKey: string,
  plannedMs?: number,
) {
  const { codec, averageBandwidth, peakBandwidth, init, segments } = made;
  const shape =
    made.kind === 'video'
      ? { width: made.width, height: made.height, frameRate: made.frameRate }
      : { channels: made.channels };
  const { turned } = showing;
  const band = { averageBandwidth, peakBandwidth };
  const common = { kind: made.kind, codec, ...band, plannedMs, turned, ...shape };
  await tx
    .insert(rendition)
    .values({ id: randomUUID(), cutId, attempt: version, ...common })
    .onConflictDoNothing();
  const height = made.kind === 'video' ? made.height : 0;
  const [row] = await tx
    .select({ id: rendition.id })
    .from(rendition)
    .where(
      and(
        eq(rendition.cutId, cutId),
        eq(rendition.attempt, version),
        eq(rendition.kind, made.kind),
        eq(sql`coalesce(${rendition.height}, 0)`, height),
      ),
    );
  // Its version is gone: somebody has planned anew since.
  if (!row) return;
  await tx
    .insert(renditionChunk)
    .values({
      ...{ renditionId: row.id, index: part, objectKey, segments },
      ...{ initOffset: init.offset, initLength: init.length },
      frames: made.kind === 'video' ? made.frames : null,
    })
    .onConflictDoNothing();
}

/** The source has holes, or ends before its header says: what is there is kept, and said. */
export async function markIncomplete(tx: Transaction, { recordingId }: ClaimedStep) {
  await tx.update(recording).set({ isIncomplete: true }).where(eq(recording.id, recordingId));
}

/**
 * Ends a step with what it made; where it was the last of its version, publishes that. What was watched
 * until then stays for a day.
 * @param made the keys of what this attempt has put: they go again where another was quicker
 * @param keep writes down what was made
 * @returns whether the step was still this attempt's to end
 * @throws MediaFailure `no_picture` where nothing in the whole version shows a picture; `damaged` where it is
 * sound alone and none of it can be heard
 */
export async function endStretch(
  workshop: Workshop,
  step: ClaimedStep,
  made: string[],
  keep: (tx: Transaction) => Promise<void>,
): Promise<boolean> {
  const { isMine, isFinished } = await workshop.database.plain.transaction(async (tx) => {
    if (!(await endStep(tx, step))) return { isMine: false, isFinished: false };
    // Whoever ends the last step but one waits here for whoever ends the last, who then sees it. The cut before
    // its recording, as everywhere, so that no two wait for each other.
    await tx.select({ id: cut.id }).from(cut).where(eq(cut.id, step.cutId)).for('no key update');
    await keep(tx);
    return { isMine: true, isFinished: await publishWhenWhole(tx, step) };
  });
  if (!isMine) await workshop.store.deleteMany(made);
  if (isFinished) await clearUnnamed(workshop, step);
  return isMine;
}

async function publishWhenWhole(
  tx: Transaction,
  { cutId, version, recordingId, facts }: ClaimedStep,
): Promise<boolean> {
  const steps = await tx
    .select({ state: processingStep.state })
    .from(processingStep)
    .where(
      and(
        eq(processingStep.cutId, cutId),
        eq(processingStep.version, version),
        inArray(processingStep.kind, lastingKinds),
      ),
    );
  if (!steps.every(({ state }) => state === 'done')) return false;
  const made = await readVersion(tx, cutId, version);
  const isSoundAlone = facts?.video === null;
  if (isSoundAlone && made.length === 0)
    throw new MediaFailure('damaged', 'Nothing of it can be heard.');
  if (!isSoundAlone && !made.some(({ kind }) => kind === 'video'))
    throw new MediaFailure('no_picture', 'No stretch of it shows a picture.');
  for (const { id, frames, segments, durationUs } of made) {
    const frameRate = frames > 0 ? Math.round((frames * 1e9) / durationUs) / 1000 : undefined;
    const measured = { ...bandwidths(segments), frameRate };
    await tx.update(rendition).set(measured).where(eq(rendition.id, id));
  }
  await supersede(tx, cutId, version);
  await tx.update(cut).set({ publishedAttempt: version }).where(eq(cut.id, cutId));
  await countBytes(
    tx,
    cutId,
    made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  const playedMs = Math.max(...made.map(({ durationUs }) => Math.round(durationUs / 1000)));
  const claimedMs = facts?.durationMs ?? playedMs;
  const endsEarly = claimedMs - playedMs > Math.max(1_000, claimedMs * 0.02);
  await tx
    .update(recording)
    .set({
      ...{ state: 'ready', playable: true, progress: null, failureCode: null },
      // The last frame of sound may reach a little beyond what is shown.
      durationMs: facts?.isTrimmedBehind ? claimedMs : playedMs,
      ...(endsEarly && { isIncomplete: true }),
      updatedAt: sql`now()`,
    })
    .where(eq(recording.id, recordingId));
  return true;
}

/** Counts what was put beside a cut's objects, or with a minus what went. */
export async function countBytes(tx: Transaction, cutId: string, sizeBytes: number) {
  await tx
    .update(cut)
    .set({ madeBytes: sql`greatest(0, ${cut.madeBytes} + ${sizeBytes})` })
    .where(eq(cut.id, cutId));
}

/** Says of all earlier versions that a better one has their place. */
export async function supersede(tx: Transaction, cutId: string, version: number) {
  const isEarlier = and(eq(rendition.cutId, cutId), lt(rendition.attempt, version));
  await tx
    .update(rendition)
    .set({ supersededAt: sql`now()` })
    .where(and(isEarlier, isNull(rendition.supersededAt)));
}

interface MadeRendition {
  id: string;
  kind: 'video' | 'audio';
  frames: number;
  segments: StoredSegment[];
  durationUs: number;
  sizeBytes: number;
}

export async function readVersion(
  tx: Transaction,
  cutId: string,
  version: number,
): Promise<MadeRendition[]> {
  const rows = await tx
    .select({ id: rendition.id, kind: rendition.kind, chunk: renditionChunk })
    .from(rendition)
    .innerJoin(renditionChunk, eq(renditionChunk.renditionId, rendition.id))
    .where(and(eq(rendition.cutId, cutId), eq(rendition.attempt, version)))
    .orderBy(renditionChunk.index);
  return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((chunks) => {
    const [first] = chunks;
    if (!first) return [];
    const segments = chunks.flatMap(({ chunk }) => chunk.segments);
    return {
      ...{ id: first.id, kind: first.kind, segments },
      frames: chunks.reduce((sum, { chunk }) => sum + (chunk.frames ?? 0), 0),
      durationUs: segments.reduce((sum, { durationUs }) => sum + durationUs, 0),
      sizeBytes: chunks.reduce((sum, { chunk }) => sum + sizeOf(chunk.segments), 0),
    };
  });
}

/** An object of one stretch ends where its last segment does. */
export function sizeOf(segments: StoredSegment[]): number {
  return Math.max(0, ...segments.map(({ offset, length }) => offset + length));
}

/** The keys of what lies beside a cut's renditions. */
export async function namedByCut(tx: Transaction, cutId: string): Promise<(string | null)[]> {
  const [row] = await tx
    .select({
      poster: cut.posterKey,
      storyboard: cut.storyboardKey,
      waveform: cut.waveformKey,
      readable: source.readableKey,
    })
    .from(cut)
    .innerJoin(source, and(eq(source.recordingId, cut.recordingId), eq(source.part, 0)))
    .where(eq(cut.id, cutId));
  return Object.values(row ?? {});
}

/**
 * Deletes what attempts that were killed or overtaken have put beside a cut's own objects. What steps are
 * still at is left alone: they name it when they end.
 */
async function clearUnnamed({ database, store, log }: Workshop, step: ClaimedStep) {
  const { cutId, version } = step;
  try {
    await database.plain.transaction(async (tx) => {
      if (!(await mayDeleteObjects(tx))) return;
      // Listed first: whatever a step puts from now on, and names, is not in the list.
      const listed: string[] = [];
      for await (const { key } of store.list(`${cutPrefixOf(step)}/`)) listed.push(key);
      const open = await tx
        .select({ kind: processingStep.kind, version: processingStep.version })
        .from(processingStep)
        .where(
          and(
            eq(processingStep.cutId, cutId),
            inArray(processingStep.state, ['pending', 'running']),
          ),
        );
      const isPlannedAnew = open.some(({ kind }) => kind === 'prepare');
      const place = isPlannedAnew ? prefixOf(step, version) : cutPrefixOf(step);
      const atWork = open.map((one) =>
        one.kind === 'poster' ? postersOf(step) : `${prefixOf(step, one.version)}/`,
      );
      const found = listed.filter(
        (key) => key.startsWith(`${place}/`) && !atWork.some((prefix) => key.startsWith(prefix)),
      );
      const chunks = await tx
        .select({ key: renditionChunk.objectKey })
        .from(renditionChunk)
        .innerJoin(rendition, eq(rendition.id, renditionChunk.renditionId))
        .where(eq(rendition.cutId, cutId));
      const named = new Set([...chunks.map(({ key }) => key), ...(await namedByCut(tx, cutId))]);
      await store.deleteMany(found.filter((key) => !named.has(key)));
    });
  } catch (error) {
    // The recording can be watched: they cost space and nothing else, and go with it at the latest.
    log.warn({ err: error, step: step.id }, 'the objects of another attempt are left over');
  }
}
