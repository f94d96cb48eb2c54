const second = 1_000;
const minute = 60 * second;
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 4, 5, 8, 10, 15, 20, 30].map((count) => count * minute),
  ...[1, 2, 3, 4, 6].map((count) => count * 60 * minute),
];

/**
 * Where a time axis has its marks: round moments, at least `minGapPx` apart.
 * @returns milliseconds, beginning with 0; empty where there is nothing to measure
 */
export function ticksFor(durationMs: number, widthPx: number, minGapPx = 84): number[] {
  if (durationMs <= 0 || widthPx <= 0) return [];
  const leastMs = (minGapPx / widthPx) * durationMs;
  const step = steps.find((each) => each >= leastMs) ?? steps.at(-1) ?? minute;
  return Array.from({ length: Math.floor(durationMs / step) + 1 }, (_, index) => index * step);
}
