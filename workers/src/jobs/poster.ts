import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mayDeleteObjects } from '@second-look/infra/database';
import { cut, recording } from '@second-look/migrations/schema';
import { eq, sql } from 'drizzle-orm';
import { MediaFailure, poster, type SourceFacts } from '../media/index.ts';
import { countBytes } from './ladder.ts';
import { withInspected } from './source.ts';
import { type ClaimedStep, endStep } from './step-queries.ts';
import { type Maker, postersOf, type Workshop } from './workshop.ts';

/**
 * The moment of the cover, in milliseconds of what is shown: the one that the owner chose where it still is;
 * otherwise a third into the lesson, two minutes at most, for the first picture is often a thumb on the lens.
 */
export function stillMoment({
  facts,
  posterAtMs,
  showing,
}: Pick<ClaimedStep, 'posterAtMs' | 'showing'> & { facts: SourceFacts }): number {
  const durationMs = facts.durationMs ?? 0;
  const chosenMs = posterAtMs === null ? -1 : posterAtMs - showing.startMs;
  if (chosenMs >= 0 && chosenMs <= durationMs) return chosenMs;
  return Math.min(120_000, Math.round(durationMs / 3));
}

/** Deletes the cover that was; while a backup is taken it stays, and goes with whatever else nothing names. */
function letGo({ database, store }: Workshop, key: string): Promise<void> {
  return database.plain.transaction(async (tx) => {
    if (await mayDeleteObjects(tx)) await store.deleteMany([key]);
  });
}

/** The cover anew, from the moment that the owner chose. */
export const makePoster: Maker = async (workshop, step, folder, { signal }) => {
  const { database, store, tools } = workshop;
  const path = join(folder, 'poster.jpg');
  await withInspected(store, step, signal, (source, facts, signal) => {
    if (!facts.video) throw new MediaFailure('no_picture', 'There is sound alone.');
    return poster(source, facts, stillMoment({ ...step, facts }), path, tools, { signal });
  });
  // A name of its own: browsers keep what they have by its address.
  const posterKey = `${postersOf(step)}${step.id}-${step.attempt}.jpg`;
  const { size } = await stat(path);
  await store.putFile(posterKey, path);
  const oldBytes = step.posterKey === null ? 0 : ((await store.size(step.posterKey)) ?? 0);
  const isMine = await database.plain.transaction(async (tx) => {
    if (!(await endStep(tx, step))) return false;
    await tx.update(cut).set({ posterKey }).where(eq(cut.id, step.cutId));
    await countBytes(tx, step.cutId, size - oldBytes);
    await tx
      .update(recording)
      .set({ updatedAt: sql`now()` })
      .where(eq(recording.id, step.recordingId));
    return true;
  });
  if (!isMine) await store.deleteMany([posterKey]);
  else if (step.posterKey !== null) await letGo(workshop, step.posterKey);
  return isMine;
};
