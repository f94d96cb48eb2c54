import { pieceLengthsUs, type Rendition } from '@second-look/core/playlist';
import type { Transaction } from '@second-look/infra/database';
import { cut, recording, rendition, renditionChunk } from '@second-look/migrations/schema';
import { and, asc, desc, eq, isNull, or, type SQL, sql } from 'drizzle-orm';
import { isInTrash } from '../recordings/queries.ts';

/** A cut that the person may watch, published or not. */
export async function findCut(tx: Transaction, recordingId: string, cutId: string) {
  const [row] = await tx
    .select({ publishedAttempt: cut.publishedAttempt })
    .from(cut)
    .innerJoin(recording, and(eq(recording.id, cut.recordingId), isNull(recording.deletedAt)))
    .where(and(eq(cut.id, cutId), eq(cut.recordingId, recordingId)));
  return row;
}

/** What lies beside the renditions of a cut that the person may watch. */
export async function findBeside(tx: Transaction, recordingId: string, cutId: string) {
  const [row] = await tx
    .select({
      publishedAttempt: cut.publishedAttempt,
      storyboardKey: cut.storyboardKey,
      storyboard: cut.storyboard,
      waveformKey: cut.waveformKey,
    })
    .from(cut)
    .innerJoin(recording, and(eq(recording.id, cut.recordingId), isNull(recording.deletedAt)))
    .where(and(eq(cut.id, cutId), eq(cut.recordingId, recordingId)));
  return row;
}

/** The still of a cut that the person may watch, or could if it were not in their trash, which shows it. */
export async function findPoster(tx: Transaction, recordingId: string, cutId: string) {
  const [row] = await tx
    .select({ publishedAttempt: cut.publishedAttempt, posterKey: cut.posterKey })
    .from(cut)
    .innerJoin(
      recording,
      and(eq(recording.id, cut.recordingId), or(isNull(recording.deletedAt), isInTrash)),
    )
    .where(and(eq(cut.id, cutId), eq(cut.recordingId, recordingId)));
  return row;
}

/** The renditions of a cut with their chunks, the picture first. */
function selectChunks(tx: Transaction, cutId: string, which: SQL) {
  return tx
    .select({ rendition, chunk: renditionChunk })
    .from(rendition)
    .innerJoin(cut, eq(cut.id, rendition.cutId))
    .innerJoin(renditionChunk, eq(renditionChunk.renditionId, rendition.id))
    .where(and(eq(rendition.cutId, cutId), which))
    .orderBy(
      asc(rendition.kind),
      desc(rendition.height),
      asc(rendition.id),
      asc(renditionChunk.index),
    );
}
type ChunkRow = Awaited<ReturnType<typeof selectChunks>>[number];

/** A rendition as playlists are written from it, knowing where each of its segments lies. */
export type StoredRendition = Rendition & {
  id: string;
  initObject: PlaceInChunk;
  /** A hole where a piece has not been made yet. */
  segmentObjects: (PlaceInChunk | undefined)[];
  chunks: Place[];
  isMadePieceByPiece: boolean;
};
/** A stretch of an object: which, from which byte, how many bytes. */
export interface Place {
  objectKey: string;
  offset: number;
  length: number;
}
/** Also which of the rendition's chunks the object is, counted from 0. */
export type PlaceInChunk = Place & { chunk: number };

/** Those that are published, or the one that is named, which a better version may have taken the place of. */
export function findRenditions(tx: Transaction, cutId: string, renditionId?: string) {
  return readRenditions(
    tx,
    cutId,
    renditionId === undefined
      ? sql`${cut.publishedAttempt} = ${rendition.attempt}`
      : sql`${rendition.id} = ${renditionId}`,
  );
}

/** All that were made together with one of them. */
export function findVersion(tx: Transaction, cutId: string, renditionId: string) {
  const attempt = sql`(select r.attempt from rendition r where r.id = ${renditionId})`;
  return readRenditions(tx, cutId, sql`${rendition.attempt} = ${attempt}`);
}

async function readRenditions(tx: Transaction, cutId: string, which: SQL) {
  const rows = await selectChunks(tx, cutId, which);
  const chunksOf = Map.groupBy(rows, (row) => row.rendition.id);
  return [...chunksOf.values()].map(toRendition);
}

function toRendition(chunks: ChunkRow[]): StoredRendition {
  const [first] = chunks;
  if (!first) throw new RangeError('A rendition has at least one chunk.');
  const { id, kind, codec, averageBandwidth, peakBandwidth, width, height, frameRate, channels } =
    first.rendition;
  const { objectKey, initOffset, initLength } = first.chunk;
  const common = {
    id,
    codec,
    averageBandwidth,
    peakBandwidth,
    init: { offset: initOffset, length: initLength },
    initObject: { objectKey, offset: initOffset, length: initLength, chunk: 0 },
    ...segmentsOf(chunks, first.rendition.plannedMs),
    chunks: chunks.map(({ chunk }) => wholeOf(chunk)),
    isMadePieceByPiece: first.rendition.plannedMs !== null,
  };
  return kind === 'audio'
    ? { ...common, kind, channels: channels ?? 2 }
    : { ...common, kind, width: width ?? 0, height: height ?? 0, frameRate: frameRate ?? 0 };
}

/** What is made piece by piece has a segment for each piece, whether it is there or not. */
function segmentsOf(chunks: ChunkRow[], plannedMs: number | null) {
  if (plannedMs === null) {
    return {
      segments: chunks.flatMap(({ chunk }) => chunk.segments),
      segmentObjects: chunks.flatMap(({ chunk: { objectKey, segments } }, chunk) =>
        segments.map(({ offset, length }) => ({ objectKey, offset, length, chunk })),
      ),
    };
  }
  const made = new Map(chunks.map(({ chunk }, place) => [chunk.index, { chunk, place }]));
  const lengths = pieceLengthsUs(plannedMs);
  return {
    segments: lengths.map((durationUs) => ({ durationUs, offset: 0, length: 0 })),
    segmentObjects: lengths.map((_, index) => {
      const found = made.get(index);
      const [only] = found?.chunk.segments ?? [];
      if (!found || !only) return undefined;
      const { offset, length } = only;
      return { objectKey: found.chunk.objectKey, offset, length, chunk: found.place };
    }),
  };
}

function wholeOf({ objectKey, initOffset, initLength, segments }: ChunkRow['chunk']): Place {
  const ends = segments.map(({ offset, length }) => offset + length);
  return { objectKey, offset: 0, length: Math.max(initOffset + initLength, ...ends) };
}

/**
 * Asks for a piece to be made.
 * @returns the step that makes it, or `null` where none will: it is there by now, or cannot be made
 */
export async function askForPiece(
  tx: Transaction,
  renditionId: string,
  index: number,
): Promise<string | null> {
  const { rows } = await tx.execute<{ step: string | null }>(
    sql`select access.ask_for_piece(${renditionId}, ${index}) as step`,
  );
  return rows[0]?.step ?? null;
}
