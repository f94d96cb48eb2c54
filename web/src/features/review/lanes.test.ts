import { describe, expect, it } from 'vitest';
import { type LaneNote, layOut, msAt, nextOf, pxOf } from './lanes.ts';

const note = (id: string, startMs: number, endMs: number | null = null): LaneNote => ({
  id,
  startMs,
  endMs,
  kind: 'notice',
});

describe('layOut', () => {
  it('centres a point on its moment and draws a range over its length', () => {
    expect(layOut([note('a', 50_000), note('b', 60_000, 80_000)], 100_000, 1_000)).toEqual([
      { notes: [note('a', 50_000)], leftPx: 493, widthPx: 14, reachPx: 0, shape: 'point' },
      {
        notes: [note('b', 60_000, 80_000)],
        leftPx: 600,
        widthPx: 200,
        reachPx: 200,
        shape: 'range',
      },
    ]);
  });

  it('keeps a short range wide enough to press', () => {
    expect(layOut([note('a', 0, 100)], 100_000, 1_000)[0]).toMatchObject({
      leftPx: 0,
      widthPx: 14,
    });
  });

  it('leaves a point inside a long range on its own', () => {
    expect(layOut([note('a', 0, 90_000), note('b', 50_000)], 100_000, 1_000)).toHaveLength(2);
  });

  it('gathers notes that begin at nearly the same moment', () => {
    const markers = layOut([note('a', 0), note('b', 500), note('c', 900)], 100_000, 1_000);
    expect(markers.map((marker) => marker.notes.map(({ id }) => id))).toEqual([['a', 'b', 'c']]);
  });

  it('shows how far the longest range of several reaches', () => {
    const [marker] = layOut([note('a', 0, 30_000), note('b', 100)], 100_000, 1_000);
    expect(marker).toMatchObject({ shape: 'several', reachPx: 300 });
  });

  it('draws no more markers than the width holds, and loses no note', () => {
    const notes = Array.from({ length: 10_000 }, (_, index) => note(String(index), index * 288));
    const markers = layOut(notes, 2_880_000, 800);
    expect(markers.length).toBeLessThanOrEqual(81);
    expect(markers.flatMap((marker) => marker.notes)).toHaveLength(10_000);
    for (const [index, marker] of markers.slice(1).entries())
      expect(marker.leftPx).toBeGreaterThan((markers[index]?.leftPx ?? 0) + 30);
  });
});

describe('nextOf', () => {
  it('goes round the notes of a marker', () => {
    const [marker] = layOut([note('a', 0), note('b', 1)], 100_000, 100);
    if (!marker) throw new Error('no marker');
    expect(nextOf(marker, null).id).toBe('a');
    expect(nextOf(marker, 'a').id).toBe('b');
    expect(nextOf(marker, 'b').id).toBe('a');
  });
});

it('turns moments into places and back, within the track', () => {
  expect(pxOf(30_000, 60_000, 500)).toBe(250);
  expect(pxOf(90_000, 60_000, 500)).toBe(500);
  expect(pxOf(1, 0, 500)).toBe(0);
  expect(msAt(250, 60_000, 500)).toBe(30_000);
  expect(msAt(-5, 60_000, 500)).toBe(0);
  expect(msAt(5, 60_000, 0)).toBe(0);
});
