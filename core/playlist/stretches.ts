/** A stretch of source time; an open end reaches as far as the source does. */
export type Stretch = { index: number; startMs: number; endMs: number | null };

/** What is made while somebody waits for it: a segment of whole AAC frames (375 of 1024 samples at 48 kHz). */
export const pieceMs = 8_000;

/** A last stretch shorter than this goes with the one before it. */
const shortestMs = 4_000;

/**
 * Cuts a source into stretches, counted from 0; the last one is open, whatever the header promised.
 * @param durationMs from 0
 * @param lengthMs of all but the last, which is up to 4 s longer or shorter by any amount
 */
export function stretches(durationMs: number, lengthMs: number): Stretch[] {
  const count = Math.max(1, Math.floor((durationMs - shortestMs) / lengthMs) + 1);
  return Array.from({ length: count }, (_, index) => ({
    index,
    startMs: index * lengthMs,
    endMs: index === count - 1 ? null : (index + 1) * lengthMs,
  }));
}

/** How long each piece of a rendition plays that is made piece by piece, in microseconds. */
export function pieceLengthsUs(plannedMs: number): number[] {
  return stretches(plannedMs, pieceMs).map(
    ({ startMs, endMs }) => ((endMs ?? plannedMs) - startMs) * 1000,
  );
}
