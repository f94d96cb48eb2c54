/** Decides what is made of a source: which sizes, and in which stretches of it. */
import { type Stretch, stretches } from '@second-look/core/playlist';
import type { FilmFacts, SourceFacts } from './inspect.ts';
import { shownEndMs } from './shown.ts';

export type Rung = {
  /** What the shorter edge was asked to be: 720p, or less where the source has less. */
  name: string;
  width: number;
  height: number;
  /** Constant quality for x264, with a ceiling. */
  quality: number;
  ceilingKbps: number;
};

/** A stretch of source time; an open end reaches as far as the source does. */
export type Chunk = Stretch;

/** The rungs to be made of one stretch, by one decoding of it. */
export type PicturePlan = { facts: FilmFacts; rungs: readonly Rung[]; chunk: Chunk };

export const segmentMs = 4_000;
/** One job's share of a lesson: a worker that is killed costs no more. */
const chunkMs = 64_000;

/** Highest first. The figures behind quality and ceiling are in docs/measurements.md. */
const heights = [
  { edge: 1080, quality: 23, ceilingKbps: 5000 },
  { edge: 720, quality: 23, ceilingKbps: 3000 },
  { edge: 480, quality: 24, ceilingKbps: 1400 },
  { edge: 240, quality: 25, ceilingKbps: 500 },
];
const expressEdge = 480;
/** For so long an encoder may spend more than its ceiling, if it has spent less before. */
export const bufferSeconds = 2;

export const whole: Chunk = { index: 0, startMs: 0, endMs: null };

/** The shares of a source, or stretches of another length; the last is open unless more was trimmed off behind. */
export function chunksOf(
  facts: SourceFacts,
  totalMs = facts.durationMs ?? 0,
  lengthMs = chunkMs,
): Chunk[] {
  const endMs = shownEndMs(facts);
  return stretches(totalMs, lengthMs).map((chunk) =>
    chunk.endMs === null ? { ...chunk, endMs } : chunk,
  );
}

/** All rungs that a source is worth, the largest first: its own size, or 1080p where it has more, and below. */
export function ladderFor(facts: FilmFacts): Rung[] {
  const own = shorterEdge(facts);
  // One line less would be the same size again: sizes are even.
  const below = heights.filter(({ edge }) => edge < Math.min(own, 1080) - 1);
  return [Math.min(own, 1080), ...below.map(({ edge }) => edge)].map((edge) =>
    rungFor(facts, edge),
  );
}

/** The one rung in which pieces are made for whoever does not wait for the ladder. */
export function expressRung(facts: FilmFacts): Rung {
  return rungFor(facts, expressEdge);
}

/** Bits per second that so many seconds of a rung take at most, whatever they show. */
export function mostBandwidth({ ceilingKbps }: Rung, seconds: number): number {
  return Math.round(ceilingKbps * 1000 * (1 + bufferSeconds / seconds));
}

/**
 * The size at which a source is shown in a rung. The rung's number goes by the shorter edge, so that
 * an upright phone's 720p has as many pixels as a lying one's. Never larger than the source; even,
 * as 4:2:0 needs.
 * @param edge in pixels
 */
export function rungFor(facts: FilmFacts, edge: number): Rung {
  const { displayedWidth, displayedHeight } = facts.video;
  const shorter = shorterEdge(facts);
  const scale = Math.min(1, edge / shorter);
  const even = (length: number) => Math.max(2, Math.floor((length * scale) / 2 + 1e-6) * 2);
  const settings = heights.find((height) => Math.min(edge, shorter) >= height.edge) ??
    heights.at(-1) ?? { quality: 23, ceilingKbps: 3000 };
  return {
    name: `${Math.min(edge, shorter)}p`,
    width: even(displayedWidth),
    height: even(displayedHeight),
    quality: settings.quality,
    ceilingKbps: settings.ceilingKbps,
  };
}

function shorterEdge({ video }: FilmFacts): number {
  return Math.min(video.displayedWidth, video.displayedHeight);
}
