import { expect, it } from 'vitest';
import { ticksFor } from './ticks.ts';

const minutes = (count: number) => count * 60_000;

it('marks a 48-minute lesson at round minutes', () => {
  expect(ticksFor(minutes(48), 800).map((ms) => ms / 60_000)).toEqual([0, 8, 16, 24, 32, 40, 48]);
});

it('marks a short clip in seconds', () => {
  expect(ticksFor(20_000, 800)).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
});

it('keeps its distance on a narrow screen', () => {
  const ticks = ticksFor(minutes(48), 340);
  const gapPx = (((ticks[1] ?? 0) - (ticks[0] ?? 0)) / minutes(48)) * 340;
  expect(gapPx).toBeGreaterThanOrEqual(84);
});

it('has nothing to mark before the length is known', () => {
  expect(ticksFor(0, 800)).toEqual([]);
  expect(ticksFor(minutes(1), 0)).toEqual([]);
});

it('ends with steps of hours', () => {
  expect(ticksFor(minutes(720), 400).length).toBeLessThanOrEqual(5);
});
