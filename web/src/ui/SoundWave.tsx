const heights = [6, 12, 20, 10, 28, 40, 24, 46, 32, 16, 26, 42, 22, 12, 18, 9, 5];
const [pitch, height] = [9, 54];

/** A few bars of sound, for where there is no picture of a recording. */
export function SoundWave() {
  const bars = heights
    .map((each, place) => `M${(place + 0.5) * pitch} ${(height - each) / 2}v${each}`)
    .join('');
  return (
    <svg width={heights.length * pitch} height={height} fill="none" aria-hidden="true">
      <path d={bars} stroke="currentColor" strokeWidth={4} strokeLinecap="round" />
    </svg>
  );
}
