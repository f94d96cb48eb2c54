import { randomUUID } from 'node:crypto';
import type { AudioRendition, VideoRendition } from '@second-look/core/playlist';
import type { Database } from '@second-look/infra/database';
import type { ObjectStore } from '@second-look/infra/object-store';
import {
  cut,
  processingStep,
  recording,
  rendition,
  renditionChunk,
  source,
  upload,
} from '@second-look/migrations/schema';
import { and, eq, inArray, lt, notInArray, sql } from 'drizzle-orm';
import { asShown, chunksOf, type SourceFacts } from '../media/index.ts';
import { countBytes, keepChunk, lastingKinds, sizeOf, supersede } from './ladder.ts';
import { type ClaimedStep, endStep, isStillAtIt } from './step-queries.ts';

type Plain = Database['plain'];

/** The files that a recording comes in, in order, and how each grew where it is not whole in the store yet. */
export function listFiles(db: Plain, { recordingId }: ClaimedStep) {
  return db
    .select({
      id: source.id,
      objectKey: source.objectKey,
      sha256: source.sha256,
      growth: upload.growth,
    })
    .from(source)
    .leftJoin(
      upload,
      and(eq(upload.recordingId, source.recordingId), eq(upload.objectKey, source.objectKey)),
    )
    .where(eq(source.recordingId, recordingId))
    .orderBy(source.part);
}
export type SourceFile = Awaited<ReturnType<typeof listFiles>>[number];

/** Says that what was uploaded is whole in the store. */
export async function forgetGrowth(db: Plain, { objectKey }: SourceFile) {
  await db.update(upload).set({ growth: null }).where(eq(upload.objectKey, objectKey));
}

export async function saveChecksum(
  db: Plain,
  step: ClaimedStep,
  { id }: SourceFile,
  sha256: string,
) {
  await db.update(source).set({ sha256 }).where(eq(source.id, id));
  await db
    .update(recording)
    .set({ updatedAt: sql`now()` })
    .where(eq(recording.id, step.recordingId));
}

export async function saveFacts(
  db: Plain,
  step: ClaimedStep,
  facts: SourceFacts,
  readableKey: string | null,
) {
  const { durationMs } = asShown(facts, step.showing);
  await db.transaction(async (tx) => {
    // Held until the end: its film may be exchanged for another at any moment.
    const [mine] = await tx
      .select({ id: processingStep.id })
      .from(processingStep)
      .where(isStillAtIt(step))
      .for('update');
    if (!mine) return;
    await tx.update(source).set({ facts, readableKey }).where(eq(source.id, step.sourceId));
    await tx
      .update(recording)
      .set({ durationMs, updatedAt: sql`now()` })
      .where(and(eq(recording.id, step.recordingId), eq(recording.state, 'processing')));
  });
}

/** Whether the steps that follow this one are there: an attempt that was killed had come that far. */
export async function isPlanned(db: Plain, { cutId }: ClaimedStep): Promise<boolean> {
  const follows = and(eq(processingStep.cutId, cutId), inArray(processingStep.kind, lastingKinds));
  const rows = await db
    .select({ id: processingStep.id })
    .from(processingStep)
    .where(follows)
    .limit(1);
  return rows.length > 0;
}

/**
 * Ends the first step. Where it was tried again after all the others were done, the recording is ready.
 * @returns whether it was still this attempt's to end
 */
export function endPrepared(db: Plain, step: ClaimedStep): Promise<boolean> {
  return db.transaction(async (tx) => {
    if (!(await endStep(tx, step))) return false;
    await tx.execute(sql`
      update recording set state = 'ready', progress = null, failure_code = null, updated_at = now()
      where id = ${step.recordingId} and state = 'processing' and exists (
        select from cut c where c.id = ${step.cutId} and c.published_attempt = (
          select max(s.version) from processing_step s
          where s.cut_id = c.id and s.kind in ('chunk', 'sound')))`);
    return true;
  });
}

/** From here on turns are those of what nobody waits for (migrations/sql, access.next_turn). */
const idleTurn = 1_000_000;

export interface Versions {
  /** What can be watched at once. */
  first: number;
  ladder: number;
  /** Whether a version is published already, and whole. */
  isWatchable: boolean;
  /** And is more than pieces made one by one: nobody waits for another. */
  isLasting: boolean;
  /** One is published that shows it otherwise than its owner wants: whoever watches that may go on for a while. */
  isOutdated: boolean;
}

/** Takes numbers for two versions of a cut. Those of an attempt that is killed are not used again. */
export async function planVersions(
  db: Plain,
  store: ObjectStore,
  { cutId, version: lastUnwanted }: ClaimedStep,
): Promise<Versions> {
  const [row] = await db
    .update(cut)
    .set({ lastVersion: sql`greatest(${cut.lastVersion}, ${cut.publishedAttempt}) + 2` })
    .where(eq(cut.id, cutId))
    .returning({ last: cut.lastVersion, published: cut.publishedAttempt });
  if (!row) throw new Error('The cut is gone.');
  const numbers = { first: row.last - 1, ladder: row.last };
  const chunks = await db
    .select({ objectKey: renditionChunk.objectKey, plannedMs: rendition.plannedMs })
    .from(renditionChunk)
    .innerJoin(rendition, eq(rendition.id, renditionChunk.renditionId))
    .where(and(eq(rendition.cutId, cutId), eq(rendition.attempt, row.published ?? 0)));
  // What its owner has turned since is made anew at once.
  const isWanted = (row.published ?? 0) > lastUnwanted;
  const isWatchable = isWanted && chunks.length > 0 && (await hasAll(store, chunks));
  const isOutdated = !isWanted && chunks.length > 0;
  const isLasting = isWatchable && chunks.every(({ plannedMs }) => plannedMs === null);
  return { ...numbers, isWatchable, isOutdated, isLasting };
}

async function hasAll(store: ObjectStore, chunks: { objectKey: string }[]): Promise<boolean> {
  for (const { objectKey } of chunks) if ((await store.size(objectKey)) === null) return false;
  return true;
}

export interface FirstVersion {
  chunks: { made: VideoRendition | AudioRendition; objectKey: string }[];
  /** How long it is going to be, where only its first piece is there. */
  plannedMs: number | null;
}

/**
 * Publishes what can be watched at once, and writes down the steps that make the rest; only if no later
 * attempt has begun.
 * @returns those steps, or `undefined` where one has
 */
export function publishFirst(
  db: Plain,
  step: ClaimedStep & { facts: SourceFacts },
  made: {
    versions: Versions;
    first: FirstVersion | null;
    /** A picture of it, where it has any. */
    still: { objectKey: string; sizeBytes: number } | null;
  },
): Promise<{ id: string; turn: number }[] | undefined> {
  const { cutId, recordingId, facts } = step;
  const { versions, first, still } = made;
  return db.transaction(async (tx) => {
    // Held until the end, so that a later attempt waits and then finds everything planned.
    const [mine] = await tx
      .select({ id: processingStep.id })
      .from(processingStep)
      .where(isStillAtIt(step))
      .for('update');
    if (!mine) return undefined;
    await tx
      .delete(processingStep)
      .where(
        and(
          eq(processingStep.cutId, cutId),
          notInArray(processingStep.kind, ['prepare', 'poster']),
        ),
      );
    if (first) {
      // What was there before is not wanted any more, or cannot be watched, or there was nothing.
      if (versions.isOutdated) await supersede(tx, cutId, versions.first);
      else
        await tx
          .delete(rendition)
          .where(and(eq(rendition.cutId, cutId), lt(rendition.attempt, versions.first)));
      const place = { cutId, version: versions.first, part: 0, showing: step.showing };
      for (const { made, objectKey } of first.chunks)
        await keepChunk(tx, place, made, objectKey, first.plannedMs ?? undefined);
    }
    await tx
      .update(cut)
      .set({
        // One that was chosen meanwhile has a step of its own.
        posterKey: sql`case when ${cut.posterAtMs} is not distinct from ${step.posterAtMs}::int
          then ${still?.objectKey ?? null} else ${cut.posterKey} end`,
        chapters: facts.chapters ?? null,
        ...(first && { publishedAttempt: versions.first, madeBytes: 0 }),
      })
      .where(eq(cut.id, cutId));
    const copyBytes = first && step.readableKey ? facts.sizeBytes : 0;
    const firstBytes = (first?.chunks ?? []).map(({ made }) => sizeOf(made.segments));
    await countBytes(
      tx,
      cutId,
      firstBytes.reduce((sum, size) => sum + size, (still?.sizeBytes ?? 0) + copyBytes),
    );
    await tx
      .update(recording)
      .set({
        playable: first !== null || versions.isWatchable,
        isIncomplete: facts.isCutOff,
        updatedAt: sql`now()`,
      })
      .where(eq(recording.id, recordingId));
    // One at a time: two that are planned at once would otherwise take the same turns.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('second_look turns'))`);
    const { rows } = await tx.execute<{ turn: number }>(
      sql`select access.next_turn(${recordingId}) as turn`,
    );
    const turn = (rows[0]?.turn ?? 0) + (versions.isLasting ? idleTurn : 0);
    const common = { recordingId, cutId, version: versions.ladder };
    const pictured = facts.video ? chunksOf(facts) : [];
    const chunks = pictured.map(({ index }) => ({
      ...common,
      ...{ id: randomUUID(), kind: 'chunk' as const, part: index, turn: turn + index },
    }));
    const sound = { ...common, id: randomUUID(), kind: 'sound' as const, turn };
    const beside = { ...common, id: randomUUID(), kind: 'beside' as const, turn };
    const steps = [beside, ...(facts.audio ? [sound] : []), ...chunks];
    await tx.insert(processingStep).values(steps);
    return steps.map(({ id, turn }) => ({ id, turn }));
  });
}
