import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimeCode, parseTimeCode } from './index.ts';

describe('time codes', () => {
  it('writes moments as people do', () => {
    expect([0, 59_999, 754_000, 3_600_000, 36_061_000].map(formatTimeCode)).toEqual([
      '0:00',
      '0:59',
      '12:34',
      '1:00:00',
      '10:01:01',
    ]);
  });

  it('reads seconds, clocks and fractions', () => {
    expect(['90', '1:30', '01:02:03', '12.5', '0:01.250'].map(parseTimeCode)).toEqual([
      90_000, 90_000, 3_723_000, 12_500, 1_250,
    ]);
  });

  it('refuses what is no moment', () => {
    for (const text of ['', 'abc', '1:60', '-5', '1:2:3:4', '1e3', '12:34 ; drop']) {
      expect(parseTimeCode(text)).toBeNull();
    }
  });

  it('reads back what it writes, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_399 }), (seconds) => {
        expect(parseTimeCode(formatTimeCode(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});
