import type { FilmFacts } from './inspect.ts';
import { runFfprobe } from './probe.ts';
import type { MediaTools, Source } from './tools.ts';

const looksForSeconds = 60;

/**
 * How far apart pictures lie that can be decoded by themselves: the widest gap in the first minute, for what
 * one encoder does it goes on doing.
 * @returns milliseconds; `Infinity` where there is no such picture
 * @throws as `runFfprobe` does
 */
export async function keyframeGapMs(
  source: Source,
  facts: FilmFacts,
  tools: MediaTools,
  options: { signal?: AbortSignal } = {},
): Promise<number> {
  const keys: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  const shown = [
    ...['-select_streams', String(facts.video.index), '-read_intervals', `%+${looksForSeconds}`],
    ...['-show_entries', 'packet=pts_time,dts_time,flags', '-of', 'csv=p=0'],
  ];
  await runFfprobe(source, shown, tools, {
    ...options,
    onLine: (line) => {
      const [pts = '', dts = '', flags = ''] = line.split(',');
      const seconds = Number.parseFloat(pts === 'N/A' ? dts : pts);
      if (Number.isNaN(seconds)) return;
      last = Math.max(last, seconds);
      if (flags.startsWith('K')) keys.push(seconds);
    },
  });
  if (keys.length === 0) return Number.POSITIVE_INFINITY;
  keys.sort((one, other) => one - other);
  const gaps = keys.map((key, place) => (keys[place + 1] ?? last) - key);
  return Math.round(Math.max(...gaps) * 1000);
}
