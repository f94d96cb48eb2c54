import { describe, expect, test } from 'vitest';
import { nextSpeed, type Speed, timeLeft } from './speed.ts';

describe('the smoothed speed', () => {
  const run = (rates: number[]) => {
    let speed: Speed | undefined = nextSpeed(undefined, 0, 0);
    let bytes = 0;
    for (const [index, rate] of rates.entries()) {
      bytes += rate;
      speed = nextSpeed(speed, bytes, (index + 1) * 1000);
    }
    return speed.bytesPerSecond ?? 0;
  };

  test('is unknown at first, and the line’s once two moments are known', () => {
    expect(nextSpeed(undefined, 500, 0).bytesPerSecond).toBeNull();
    expect(run([1_000])).toBe(1_000);
  });
  test('stays calm over a hiccup and follows a lasting change', () => {
    expect(run([1_000, 1_000, 1_000, 0])).toBeGreaterThan(800);
    expect(run([1_000, ...Array<number>(40).fill(100)])).toBeLessThan(120);
  });
  test('takes no notice of a burst, and starts anew where bytes were lost', () => {
    const speed = nextSpeed(undefined, 0, 0);
    expect(nextSpeed(speed, 9_000_000, 20)).toBe(speed);
    expect(nextSpeed({ atMs: 0, bytes: 500, bytesPerSecond: 9 }, 100, 1_000)).toEqual({
      atMs: 1_000,
      bytes: 100,
      bytesPerSecond: null,
    });
  });
});

test.each([
  [20, 'under 1 min left'],
  [120, '2 min left'],
  [58 * 60, '58 min left'],
  [60 * 60, '1 h left'],
  [72 * 60, '1 h 10 min left'],
  [119 * 60, '2 h left'],
])('%d seconds are %s', (seconds, words) => {
  expect(timeLeft(seconds * 1_000, 1_000)).toBe(words);
});

test('no speed, no promise', () => {
  expect(timeLeft(1_000, null)).toBeUndefined();
  expect(timeLeft(1_000, 0)).toBeUndefined();
});
