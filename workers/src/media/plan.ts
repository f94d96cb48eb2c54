/** Decides what is made of a source: which sizes, over which stretch of it. */
import type { SourceFacts } from './inspect.ts';

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
export type Chunk = { index: number; startMs: number; endMs: number | null };

export type TranscodePlan = { facts: SourceFacts; rung: Rung; chunk: Chunk };

const heights = [
  { edge: 720, quality: 23, ceilingKbps: 3000 },
  { edge: 480, quality: 24, ceilingKbps: 1400 },
  { edge: 240, quality: 25, ceilingKbps: 500 },
];

/** The whole source in one chunk, at 720p or its own size, whichever is less. */
export function planWhole(facts: SourceFacts): TranscodePlan {
  return { facts, rung: rungFor(facts, 720), chunk: { index: 0, startMs: 0, endMs: null } };
}

/**
 * The size at which a source is shown in a rung. The rung's number goes by the shorter edge, so that
 * an upright phone's 720p has as many pixels as a lying one's. Never larger than the source; even,
 * as 4:2:0 needs.
 * @param edge 720, 480 or 240
 */
export function rungFor(facts: SourceFacts, edge: number): Rung {
  const { displayedWidth, displayedHeight } = facts.video;
  const shorter = Math.min(displayedWidth, displayedHeight);
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
