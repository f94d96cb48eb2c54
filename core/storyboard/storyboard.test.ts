import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pictureAt, readStoryboard, type StoryboardIndex, writeStoryboard } from './index.ts';

const addressOf = (sheet: number) => `storyboard/${sheet}.jpg`;
const index: StoryboardIndex = {
  intervalMs: 5000,
  columns: 2,
  tileWidth: 160,
  tileHeight: 90,
  sheets: [
    { offset: 0, length: 10, tiles: 4 },
    { offset: 10, length: 5, tiles: 1 },
  ],
};

it('says of each stretch of time which part of which sheet shows it', () => {
  expect(writeStoryboard(index, addressOf)).toBe(`WEBVTT

00:00:00.000 --> 00:00:05.000
storyboard/0.jpg#xywh=0,0,160,90

00:00:05.000 --> 00:00:10.000
storyboard/0.jpg#xywh=160,0,160,90

00:00:10.000 --> 00:00:15.000
storyboard/0.jpg#xywh=0,90,160,90

00:00:15.000 --> 00:00:20.000
storyboard/0.jpg#xywh=160,90,160,90

00:00:20.000 --> 00:00:25.000
storyboard/1.jpg#xywh=0,0,160,90
`);
});

it('is read as it was written, hours included', () => {
  const drawn = fc.record({
    intervalMs: fc.integer({ min: 500, max: 600_000 }),
    columns: fc.integer({ min: 1, max: 10 }),
    tileWidth: fc.integer({ min: 2, max: 160 }),
    tileHeight: fc.integer({ min: 2, max: 160 }),
    sheets: fc.array(
      fc.record({
        offset: fc.nat(),
        length: fc.nat(),
        tiles: fc.integer({ min: 1, max: 100 }),
      }),
      { maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(drawn, (board) => {
      const pictures = readStoryboard(writeStoryboard(board, addressOf));
      expect(pictures).toEqual(
        board.sheets.flatMap(({ tiles }, sheet) =>
          Array.from({ length: tiles }, (_, tile) => {
            const before = board.sheets.slice(0, sheet).reduce((sum, each) => sum + each.tiles, 0);
            return {
              startMs: (before + tile) * board.intervalMs,
              endMs: (before + tile + 1) * board.intervalMs,
              sheet: addressOf(sheet),
              x: (tile % board.columns) * board.tileWidth,
              y: Math.floor(tile / board.columns) * board.tileHeight,
              width: board.tileWidth,
              height: board.tileHeight,
            };
          }),
        ),
      );
    }),
  );
});

it.each([
  [0, 0],
  [4999, 0],
  [5000, 5000],
  [22_000, 20_000],
  [90_000, 20_000],
  [-1, 0],
])('at %i ms has the picture that begins at %i ms', (ms, startMs) => {
  expect(pictureAt(readStoryboard(writeStoryboard(index, addressOf)), ms)?.startMs).toBe(startMs);
});

it('has no picture where there are none', () => {
  expect(pictureAt(readStoryboard('WEBVTT\n'), 0)).toBeUndefined();
  expect(readStoryboard('<html>')).toEqual([]);
});
