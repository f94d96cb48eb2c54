/**
 * How high the bars of a sound lane are: each the mean loudness of its stretch, seen against the loudest.
 * @param peaks a byte for each stretch of the sound, `peaksPerSecond` of them a second
 * @param count how many bars the lesson is cut into
 * @returns from 0 (silence, or nothing there) to 1
 */
export function barsOf(
  peaks: Uint8Array,
  peaksPerSecond: number,
  durationMs: number,
  count: number,
): number[] {
  const peaksPerBar = ((durationMs / 1000) * peaksPerSecond) / count;
  const means = Array.from({ length: count }, (_, bar) => {
    const from = Math.floor(bar * peaksPerBar);
    const until = Math.max(from + 1, Math.floor((bar + 1) * peaksPerBar));
    const heard = peaks.subarray(from, until);
    return heard.reduce((sum, peak) => sum + peak, 0) / Math.max(1, heard.length);
  });
  const loudest = Math.max(...means);
  return means.map((mean) => (loudest > 0 ? mean / loudest : 0));
}
