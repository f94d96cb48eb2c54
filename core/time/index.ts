/** Moments are integer milliseconds; this is where they become words for people and back. */

/**
 * A moment as people write it: `m:ss`, or `h:mm:ss` from an hour on. Rounds down, as players do.
 * @param ms milliseconds, 0 or more
 */
export function formatTimeCode(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
    : `${minutes}:${pad(seconds % 60)}`;
}

/**
 * Reads `90`, `1:30`, `01:02:03` or any of them with a decimal fraction of a second, as in a media
 * fragment's `t=` (W3C Media Fragments 1.0, section 4.2.1, normal play time).
 * @returns milliseconds, or `null` where the text is no moment
 */
export function parseTimeCode(text: string): number | null {
  const match = /^(?:(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)|(\d{1,6}))(\.\d{1,6})?$/.exec(text.trim());
  if (!match) return null;
  const [, hours = '0', minutes = '0', clockSeconds = '0', plainSeconds, fraction = '0'] = match;
  const seconds =
    plainSeconds === undefined
      ? Number(hours) * 3600 + Number(minutes) * 60 + Number(clockSeconds)
      : Number(plainSeconds);
  return seconds * 1000 + Math.round(Number(fraction) * 1000);
}

/** Beyond this, in milliseconds, two machines' clocks differ so much that it is told: what ends by one goes on by the other. */
export const tolerableClockMs = 5_000;
