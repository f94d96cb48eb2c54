import type { Database } from '@second-look/infra/database';
import {
  cut,
  processingStep,
  recording,
  rendition,
  renditionChunk,
  type StoredSegment,
  source,
  upload,
} from '@second-look/migrations/schema';
import { and, eq, exists, inArray, sql } from 'drizzle-orm';

type Plain = Database['plain'];

/**
 * Takes a step as a new attempt: whatever an earlier one still writes goes under its own number and is
 * never published. @returns `undefined` where there is nothing left to do
 */
export async function claimStep(db: Plain, stepId: string) {
  const [step] = await db
    .update(processingStep)
    .set({ state: 'running', attempt: sql`${processingStep.attempt} + 1`, updatedAt: sql`now()` })
    .where(
      and(eq(processingStep.id, stepId), inArray(processingStep.state, ['pending', 'running'])),
    )
    .returning({
      id: processingStep.id,
      recordingId: processingStep.recordingId,
      cutId: processingStep.cutId,
      attempt: processingStep.attempt,
      reopenedAfter: processingStep.reopenedAfter,
    });
  if (!step) return undefined;
  const [found] = await db
    .select({
      sourceId: source.id,
      objectKey: source.objectKey,
      sha256: source.sha256,
      deletedAt: recording.deletedAt,
      growth: upload.growth,
    })
    .from(source)
    .innerJoin(recording, eq(recording.id, source.recordingId))
    .leftJoin(
      upload,
      and(eq(upload.recordingId, source.recordingId), eq(upload.objectKey, source.objectKey)),
    )
    .where(eq(source.recordingId, step.recordingId));
  return found && { ...step, ...found };
}
export type ClaimedStep = NonNullable<Awaited<ReturnType<typeof claimStep>>>;

/** Says that what was uploaded is whole in the store. */
export async function forgetGrowth(db: Plain, { objectKey }: ClaimedStep) {
  await db.update(upload).set({ growth: null }).where(eq(upload.objectKey, objectKey));
}

export async function saveChecksum(db: Plain, step: ClaimedStep, sha256: string) {
  await db.update(source).set({ sha256 }).where(eq(source.id, step.sourceId));
  await touch(db, step);
}

export async function saveFacts(
  db: Plain,
  step: ClaimedStep,
  facts: object,
  durationMs: number | null,
) {
  await db.update(source).set({ facts }).where(eq(source.id, step.sourceId));
  await db
    .update(recording)
    .set({ durationMs, updatedAt: sql`now()` })
    .where(and(eq(recording.id, step.recordingId), eq(recording.state, 'processing')));
}

/** How far the latest attempt is; what an overtaken one still says would make it go back. */
export async function saveProgress(db: Plain, step: ClaimedStep, progress: number) {
  const isLatest = exists(db.select().from(processingStep).where(isStillAtIt(step)));
  await db
    .update(recording)
    .set({ progress, updatedAt: sql`now()` })
    .where(and(eq(recording.id, step.recordingId), eq(recording.state, 'processing'), isLatest));
}

async function touch(db: Plain, step: ClaimedStep) {
  await db
    .update(recording)
    .set({ updatedAt: sql`now()` })
    .where(eq(recording.id, step.recordingId));
}

export interface NewRendition {
  id: string;
  kind: 'video' | 'audio';
  codec: string;
  width?: number;
  height?: number;
  frameRate?: number;
  channels?: number;
  averageBandwidth: number;
  peakBandwidth: number;
  chunk: { objectKey: string; initOffset: number; initLength: number; segments: StoredSegment[] };
}

/** What lies beside the renditions; `null` where there is none. */
export type BesideColumns = Pick<
  typeof cut.$inferSelect,
  'storyboardKey' | 'storyboard' | 'waveformKey' | 'peaksPerSecond'
>;

/**
 * Publishes what this attempt made, all at once, and only if no later attempt has begun.
 * @returns whether it was published
 */
export function publish(
  db: Plain,
  step: ClaimedStep,
  made: {
    renditions: NewRendition[];
    posterKey: string;
    beside: BesideColumns;
    durationMs: number;
    isIncomplete: boolean;
    /** What all of it takes in the store. */
    madeBytes: number;
  },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [mine] = await tx
      .update(processingStep)
      .set({ state: 'done', updatedAt: sql`now()` })
      .where(isStillAtIt(step))
      .returning({ id: processingStep.id });
    if (!mine) return false;
    // What was published before goes with its objects.
    await tx.delete(rendition).where(eq(rendition.cutId, step.cutId));
    for (const { chunk, ...row } of made.renditions) {
      await tx.insert(rendition).values({ ...row, cutId: step.cutId, attempt: step.attempt });
      await tx.insert(renditionChunk).values({ renditionId: row.id, index: 0, ...chunk });
    }
    await tx
      .update(cut)
      .set({
        publishedAttempt: step.attempt,
        posterKey: made.posterKey,
        ...made.beside,
        madeBytes: made.madeBytes,
      })
      .where(eq(cut.id, step.cutId));
    await tx
      .update(recording)
      .set({
        state: 'ready',
        playable: true,
        progress: null,
        failureCode: null,
        durationMs: made.durationMs,
        isIncomplete: made.isIncomplete,
        updatedAt: sql`now()`,
      })
      .where(eq(recording.id, step.recordingId));
    return true;
  });
}

/**
 * Ends a step for good, unless it is settled already: its owner sees the reason, an operator the end of
 * ffmpeg's output.
 */
export function failStep(
  db: Plain,
  step: ClaimedStep,
  errorCode: string,
  errorLog: string,
): Promise<void> {
  return db.transaction(async (tx) => {
    const [mine] = await tx
      .update(processingStep)
      .set({ state: 'failed', errorCode, errorLog: errorLog.slice(-8_000), updatedAt: sql`now()` })
      .where(isStillAtIt(step))
      .returning({ id: processingStep.id });
    if (!mine) return;
    await tx
      .update(recording)
      .set({ state: 'failed', progress: null, failureCode: errorCode, updatedAt: sql`now()` })
      .where(eq(recording.id, step.recordingId));
  });
}

/**
 * Gives a step that is not settled back, for the next worker.
 * @param attempt whether this attempt counts towards those after which a step is given up
 */
export async function returnStep(
  db: Plain,
  step: ClaimedStep,
  attempt: 'counted' | 'uncounted' = 'counted',
) {
  await db
    .update(processingStep)
    .set({
      state: 'pending',
      updatedAt: sql`now()`,
      ...(attempt === 'uncounted' && { reopenedAfter: sql`${processingStep.reopenedAfter} + 1` }),
    })
    .where(isStillAtIt(step));
}

/** No later attempt has begun, and nothing is settled yet. */
function isStillAtIt(step: ClaimedStep) {
  return and(
    eq(processingStep.id, step.id),
    eq(processingStep.attempt, step.attempt),
    eq(processingStep.state, 'running'),
  );
}
