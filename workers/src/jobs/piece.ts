import { pieceMs } from '@second-look/core/playlist';
import { rendition } from '@second-look/migrations/schema';
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import {
  chunksOf,
  type EncodedPicture,
  type EncodedSound,
  encodePictures,
  encodeSoundPiece,
  expressRung,
  MediaFailure,
  type MediaTools,
  mostBandwidth,
  type Source,
  type SourceFacts,
} from '../media/index.ts';
import { countBytes, keepChunk, sizeOf } from './ladder.ts';
import { withInspected } from './source.ts';
import { type ClaimedStep, endStep, withShowing } from './step-queries.ts';
import { type Maker, prefixOf, type Workshop } from './workshop.ts';

/** A few seconds of picture and sound together, or of sound alone, for somebody who waits for them. */
export const makePiece: Maker = async (workshop, step, folder, { signal }) => {
  const { database, store, tools } = workshop;
  const plan = await findPlan(workshop, step);
  if (!plan) return endStep(database.plain, step);
  const { plannedMs, turned } = plan;
  // Its owner may have turned the film since: who watches this version goes on with it as it is.
  const placed = withShowing(step, { ...step.showing, turned });
  const piece = await withInspected(store, placed, signal, (source, facts, signal) =>
    encodePiece(source, facts, { plannedMs, part: step.part }, folder, tools, signal),
  );
  const kept = await putPiece(workshop, step, step.version, piece);
  const isMine = await database.plain.transaction(async (tx) => {
    if (!(await endStep(tx, step))) return false;
    for (const { made, objectKey } of kept) {
      await keepChunk(tx, placed, made, objectKey, plannedMs);
      await countBytes(tx, step.cutId, sizeOf(made.segments));
    }
    return true;
  });
  if (!isMine) await store.deleteMany(kept.map(({ objectKey }) => objectKey));
  return isMine;
};

/** How a version is made piece by piece; `undefined` where there is no such version any more. */
async function findPlan({ database }: Workshop, { cutId, version }: ClaimedStep) {
  const [row] = await database.plain
    .select({ plannedMs: sql<number>`${rendition.plannedMs}`, turned: rendition.turned })
    .from(rendition)
    .where(
      and(
        eq(rendition.cutId, cutId),
        eq(rendition.attempt, version),
        isNotNull(rendition.plannedMs),
      ),
    )
    .limit(1);
  return row;
}

export interface Piece {
  part: number;
  made: (EncodedPicture | EncodedSound)[];
}

/** @throws MediaFailure `no_picture` where the source shows none there */
export async function encodePiece(
  source: Source,
  facts: SourceFacts,
  { plannedMs, part }: { plannedMs: number; part: number },
  folder: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<Piece> {
  const chunk = chunksOf(facts, plannedMs, pieceMs)[part];
  if (!chunk) throw new MediaFailure('no_picture', `There is no piece ${part}.`);
  const made: Piece['made'] = [];
  if (facts.video) {
    const plan = { facts, rungs: [expressRung(facts)], chunk };
    // One segment, however long the last piece is.
    const lengthMs = 2 * pieceMs;
    const { pictures } = await encodePictures(source, plan, folder, tools, { signal }, lengthMs);
    if (pictures.length === 0) throw new MediaFailure('no_picture', `Piece ${part} shows nothing.`);
    made.push(...pictures.map(promising));
  }
  if (facts.audio) {
    const range = { startMs: chunk.startMs, endMs: chunk.endMs ?? plannedMs };
    const { index } = facts.audio;
    made.push(await encodeSoundPiece(source, facts, range, index, folder, tools, { signal }));
  }
  return { part, made };
}

/** The first piece speaks for all that are not made yet, and may show little: a lens cap, a title. */
function promising(picture: EncodedPicture): EncodedPicture {
  const most = mostBandwidth(picture.rung, pieceMs / 1000);
  return { ...picture, peakBandwidth: Math.max(picture.peakBandwidth, most) };
}

/** Puts a piece into the store. @returns what was made of it, each with the key of its object */
export async function putPiece(
  { store }: Workshop,
  step: ClaimedStep,
  version: number,
  { part, made }: Piece,
) {
  const kept: { made: Piece['made'][number]; objectKey: string }[] = [];
  for (const one of made) {
    const objectKey = `${prefixOf(step, version)}/${one.kind}-${part}-${step.id}-${step.attempt}.mp4`;
    await store.putFile(objectKey, one.filePath);
    kept.push({ made: one, objectKey });
  }
  return kept;
}
