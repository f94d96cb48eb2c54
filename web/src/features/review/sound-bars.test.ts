import { expect, it } from 'vitest';
import { barsOf } from './sound-bars.ts';

it('is high where it is loud, and lower where it is loud for a part alone', () => {
  const peaks = Uint8Array.from([0, 0, 0, 0, 100, 100, 100, 100, 200, 0, 0, 0]);
  expect(barsOf(peaks, 4, 3000, 3)).toEqual([0, 1, 0.5]);
});

it('is flat where nothing is heard, and where the sound has ended', () => {
  expect(barsOf(new Uint8Array(40), 10, 4000, 4)).toEqual([0, 0, 0, 0]);
  expect(barsOf(Uint8Array.from([50, 50]), 1, 4000, 4)).toEqual([1, 1, 0, 0]);
});

it('has as many bars as asked for, also where there are fewer values', () => {
  expect(barsOf(Uint8Array.from([10, 20]), 1, 2000, 8)).toEqual([
    ...[0.5, 0.5, 0.5, 0.5],
    ...[1, 1, 1, 1],
  ]);
});
