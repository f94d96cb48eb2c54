import { i18n } from '../../app/i18n.ts';

/** How far back the smoothed speed looks: long enough to stay calm, short enough to notice a change. */
const memoryMs = 8_000;

export interface Speed {
  atMs: number;
  bytes: number;
  /** `null` until two moments are known. */
  bytesPerSecond: number | null;
}

/** Carries the smoothed speed on to a new moment (an exponential moving average over uneven steps). */
export function nextSpeed(last: Speed | undefined, bytes: number, atMs: number): Speed {
  if (!last || bytes < last.bytes) return { atMs, bytes, bytesPerSecond: null };
  const passedMs = atMs - last.atMs;
  // Browsers report in bursts; a shorter step measures the burst, not the line.
  if (passedMs < 250) return last;
  const current = ((bytes - last.bytes) / passedMs) * 1000;
  const weight = 1 - Math.exp(-passedMs / memoryMs);
  return {
    atMs,
    bytes,
    bytesPerSecond:
      last.bytesPerSecond === null
        ? current
        : last.bytesPerSecond + weight * (current - last.bytesPerSecond),
  };
}

/** "2 min left"; `undefined` where the speed is not known or nothing moves. */
export function timeLeft(bytes: number, bytesPerSecond: number | null): string | undefined {
  if (!bytesPerSecond || bytesPerSecond < 1) return undefined;
  const minutes = bytes / bytesPerSecond / 60;
  if (minutes < 1) return i18n.t('left.soon');
  if (minutes < 59.5) return i18n.t('left.minutes', { minutes: Math.round(minutes) });
  // Beyond an hour, five minutes are as exact as it gets.
  const rounded = Math.round(minutes / 5) * 5;
  const [hours, rest] = [Math.floor(rounded / 60), rounded % 60];
  return rest === 0
    ? i18n.t('left.hours', { hours })
    : i18n.t('left.hoursMinutes', { hours, minutes: rest });
}
