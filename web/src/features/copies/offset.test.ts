import { describe, expect, it } from 'vitest';
import { offsetOf } from './offset.ts';

/** Something like talk: louder and softer, never twice the same. */
function talk(peaks: number, seed = 1): Uint8Array {
  let state = seed;
  let level = 60;
  return Uint8Array.from({ length: peaks }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    level = Math.min(220, Math.max(0, level + ((state >> 8) % 61) - 30));
    return level;
  });
}

/** The same heard by another device: softer, and with a noise of its own. */
function heardElsewhere(peaks: Uint8Array, seed = 9): Uint8Array {
  const noise = talk(peaks.length, seed);
  return peaks.map((peak, i) => Math.round(peak * 0.6 + (noise[i] ?? 0) * 0.12));
}

describe('how much later the same moment comes in another copy', () => {
  const lesson = talk(3_000);

  it('is found where it begins earlier, later, or at the same moment', () => {
    expect(offsetOf(lesson, heardElsewhere(lesson))).toBe(0);
    expect(offsetOf(lesson.subarray(124), heardElsewhere(lesson))).toBe(124);
    expect(offsetOf(lesson, heardElsewhere(lesson.subarray(310)))).toBe(-310);
  });

  it('is found where one of them ends long before the other', () => {
    expect(offsetOf(lesson, heardElsewhere(lesson.subarray(200, 900)))).toBe(-200);
  });

  it('is found in films of an hour, to a tenth of a second', () => {
    const hour = talk(36_000, 5);
    expect(offsetOf(hour.subarray(1_234), heardElsewhere(hour))).toBe(1_234);
    expect(offsetOf(hour, heardElsewhere(hour.subarray(3_007, 30_000)))).toBe(-3_007);
  });

  it('is not guessed from another lesson, from silence, or from next to nothing', () => {
    expect(offsetOf(lesson, talk(3_000, 77))).toBeNull();
    expect(offsetOf(lesson, new Uint8Array(3_000))).toBeNull();
    expect(offsetOf(lesson, new Uint8Array())).toBeNull();
    expect(offsetOf(lesson.subarray(0, 10), lesson)).toBeNull();
  });

  it.each([300, 1_200, 30_000])(
    'is not guessed from a hum that begins and ends softly (%i)',
    (peaks) => {
      const fade = (seed: number) => {
        const noise = talk(peaks, seed);
        const edge = (i: number) => Math.min(1, i / 20, (peaks - i) / 20);
        return noise.map((peak, i) => Math.round((120 + (peak % 3)) * edge(i)));
      };
      expect(offsetOf(fade(3), fade(4))).toBeNull();
      expect(offsetOf(fade(3), fade(5).subarray(0, peaks / 2))).toBeNull();
    },
  );

  it.each([300, 600, 1_200])('is not guessed from talk and quiet in turns (%i)', (peaks) => {
    const turns = (seed: number, period: number) =>
      talk(peaks, seed).map((peak, i) => (Math.floor((i + seed) / period) % 2 ? peak : peak >> 4));
    for (let seed = 1; seed <= 20; seed += 1)
      expect(offsetOf(turns(seed, 190), turns(seed + 50, 210))).toBeNull();
  });
});
