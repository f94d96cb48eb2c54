/** Copies begin so far apart at most, in peaks; what is further is not looked for. */
const mostPeaks = 6_000;
/** How much of the shorter one has to lie beside the other. */
const leastOverlap = 0.5;
/** With fewer beside each other, any two lessons look alike somewhere. */
const leastPeaks = 20;
/** Below this, two sounds are no more alike than any two lessons. */
const leastLikeness = 0.6;
/** What fits nearly as well somewhere else, as a hum fits everywhere, tells nothing. */
const mostElsewhere = 0.8;
/** An hour against another, peak by peak, would hold up a tablet for seconds. */
const coarse = 10;

/**
 * How much later the same moment comes in another recording of the same sound: the shift at which the steps
 * in how loud they are go together best (Pearson's correlation over what overlaps; of steps, because two
 * sounds that only begin and end softly are alike in nothing else). It is looked for in means of ten first,
 * and then around the best of those.
 * @param one @param other a byte for each tenth of a second or so, of both alike
 * @returns a number of such stretches, negative where it comes earlier; `null` where nothing fits well
 */
export function offsetOf(one: Uint8Array, other: Uint8Array): number | null {
  const furthest = Math.min(mostPeaks, Math.max(one.length, other.length));
  const [fine, otherFine] = [steps(one), steps(other)];
  const isShort = Math.min(one.length, other.length) < 4 * leastPeaks * coarse;
  const roughly = isShort
    ? undefined
    : bestShift(steps(means(one)), steps(means(other)), 0, Math.ceil(furthest / coarse));
  const best = roughly
    ? bestShift(fine, otherFine, roughly.shift * coarse, 2 * coarse)
    : bestShift(fine, otherFine, 0, furthest);
  const { likeness, elsewhere } = roughly ?? best;
  const isTelling = best.likeness >= leastLikeness && elsewhere <= likeness * mostElsewhere;
  return isTelling ? best.shift : null;
}

function steps(peaks: Uint8Array): Int16Array {
  return Int16Array.from(peaks, (peak, index) => peak - (peaks[index - 1] ?? peak));
}

/** How loud it is over stretches ten times as long. */
function means(peaks: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: Math.floor(peaks.length / coarse) }, (_, index) => {
    const stretch = peaks.subarray(index * coarse, (index + 1) * coarse);
    return stretch.reduce((sum, peak) => sum + peak, 0) / coarse;
  });
}

/** The best shift, and how well the best fits that is not beside it. */
function bestShift(one: Int16Array, other: Int16Array, middle: number, furthest: number) {
  const least = Math.max(Math.min(one.length, other.length) * leastOverlap, leastPeaks);
  const found: { shift: number; likeness: number }[] = [];
  for (let shift = middle - furthest; shift <= middle + furthest; shift += 1) {
    const from = Math.max(0, -shift);
    const to = Math.min(one.length, other.length - shift);
    if (to - from >= least)
      found.push({ shift, likeness: correlation(one, other, from, to, shift) });
  }
  const none = { shift: middle, likeness: 0 };
  const best = found.reduce((most, each) => (each.likeness > most.likeness ? each : most), none);
  const elsewhere = found
    .filter(({ shift }) => Math.abs(shift - best.shift) > 3)
    .reduce((most, { likeness }) => Math.max(most, likeness), 0);
  return { ...best, elsewhere };
}

function correlation(
  one: Int16Array,
  other: Int16Array,
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
