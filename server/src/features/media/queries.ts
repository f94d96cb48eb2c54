import type { Rendition } from '@second-look/core/playlist';
import type { Transaction } from '@second-look/infra/database';
import { cut, recording, rendition, renditionChunk } from '@second-look/migrations/schema';
import { and, asc, eq, isNull, or } from 'drizzle-orm';
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

/** The chunks of the cut's published renditions, the picture first; of one rendition where it is named. */
function selectChunks(tx: Transaction, cutId: string, renditionId?: string) {
  return tx
    .select({ rendition, chunk: renditionChunk })
    .from(rendition)
    .innerJoin(cut, and(eq(cut.id, rendition.cutId), eq(cut.publishedAttempt, rendition.attempt)))
    .innerJoin(renditionChunk, eq(renditionChunk.renditionId, rendition.id))
    .where(
      and(
        eq(rendition.cutId, cutId),
        renditionId === undefined ? undefined : eq(rendition.id, renditionId),
      ),
    )
    .orderBy(asc(rendition.id), asc(renditionChunk.index));
}
type ChunkRow = Awaited<ReturnType<typeof selectChunks>>[number];

/** A rendition as playlists are written from it, knowing where each of its segments lies. */
export type StoredRendition = Rendition & {
  id: string;
  initObject: PlaceInChunk;
  segmentObjects: PlaceInChunk[];
  chunks: Place[];
};
/** A stretch of an object: which, from which byte, how many bytes. */
export interface Place {
  objectKey: string;
  offset: number;
  length: number;
}
/** Also which of the rendition's chunks the object is, counted from 0. */
export type PlaceInChunk = Place & { chunk: number };

export async function findRenditions(tx: Transaction, cutId: string, renditionId?: string) {
  const rows = await selectChunks(tx, cutId, renditionId);
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
    segments: chunks.flatMap(({ chunk }) => chunk.segments),
    segmentObjects: chunks.flatMap(({ chunk: { objectKey, segments } }, chunk) =>
      segments.map(({ offset, length }) => ({ objectKey, offset, length, chunk })),
    ),
    chunks: chunks.map(({ chunk }) => wholeOf(chunk)),
  };
  return kind === 'audio'
    ? { ...common, kind, channels: channels ?? 2 }
    : { ...common, kind, width: width ?? 0, height: height ?? 0, frameRate: frameRate ?? 0 };
}

function wholeOf({ objectKey, initOffset, initLength, segments }: ChunkRow['chunk']): Place {
  const ends = segments.map(({ offset, length }) => offset + length);
  return { objectKey, offset: 0, length: Math.max(initOffset + initLength, ...ends) };
}
