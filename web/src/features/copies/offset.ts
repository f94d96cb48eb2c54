/** Copies begin so far apart at most, in peaks; what is further is not looked for. */
const mostPeaks = 6_000;
/** How much of the shorter one has to lie beside the other. */
const leastOverlap = 0.5;
/** Below this, two sounds are no more alike than any two lessons. */
const leastLikeness = 0.6;

/**
 * How much later the same moment comes in another recording of the same sound: the shift at which how loud
 * they are, over time, goes together best (Pearson's correlation over what overlaps).
 * @param one @param other a byte for each tenth of a second or so, of both alike
 * @returns a number of such stretches, negative where it comes earlier; `null` where nothing fits well
 */
export function offsetOf(one: Uint8Array, other: Uint8Array): number | null {
  const shorter = Math.min(one.length, other.length);
  const furthest = Math.min(mostPeaks, Math.max(one.length, other.length));
  let best = { shift: 0, likeness: 0 };
  for (let shift = -furthest; shift <= furthest; shift += 1) {
    const from = Math.max(0, -shift);
    const to = Math.min(one.length, other.length - shift);
    if (to - from < Math.max(shorter * leastOverlap, 20)) continue;
    const likeness = correlation(one, other, from, to, shift);
    if (likeness > best.likeness) best = { shift, likeness };
  }
  return best.likeness >= leastLikeness ? best.shift : null;
}

function correlation(
  one: Uint8Array,
  other: Uint8Array,
  from: number,
  to: number,
  shift: number,
): number {
  let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
  for (let i = from; i < to; i += 1) {
    const x = one[i] ?? 0;
    const y = other[i + shift] ?? 0;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumYY += y * y;
    sumXY += x * y;
  }
  const n = to - from;
  const spread = Math.sqrt((n * sumXX - sumX * sumX) * (n * sumYY - sumY * sumY));
  // What is equally loud throughout is like nothing.
  return spread > 0 ? (n * sumXY - sumX * sumY) / spread : 0;
}
