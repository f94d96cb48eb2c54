import { statSync } from 'node:fs';

/** When the first version of each series was released, from ffmpeg's own list of releases. */
const seriesReleasedOn: Record<string, string> = {
  '4.4': '2021-04-08',
  '5.0': '2022-01-14',
  '5.1': '2022-07-22',
  '6.0': '2023-02-27',
  '6.1': '2023-11-10',
  '7.0': '2024-04-05',
  '7.1': '2024-09-30',
  '8.0': '2025-08-22',
};

/**
 * The day from which an ffmpeg is: a distribution's own build (`5.1.9-0+deb12u1`) is patched until the day its
 * file was made, any other is as old as its series.
 * @param version as the program gives it
 * @returns as `2025-08-22`, or `null` where nobody can say
 */
export function ffmpegReleasedOn(version: string, path: string): string | null {
  const series = /^n?(\d+\.\d+)/.exec(version)?.[1];
  const released = seriesReleasedOn[series ?? ''] ?? null;
  const isOfDistribution = /^[\d.]+-\d+.*(deb|ubuntu|fc|el)\d*/.test(version);
  if (!isOfDistribution) return released;
  const built = statSync(path).mtime.toISOString().slice(0, 10);
  return released === null || built > released ? built : released;
}
