import { describe, expect, test } from 'vitest';
import { compareFiles, isSplit, nameOfWhole } from './split.ts';

const minuteMs = 60_000;
const start = new Date(2026, 10, 12, 10, 5).getTime();
/** Files as a camera finishes them, one every so many minutes. */
const files = (names: string[], minutesApart = 16) =>
  names.map((name, index) => ({ name, lastModified: start + index * minutesApart * minuteMs }));

describe('pieces of one film are', () => {
  test.each([
    ['a camcorder’s', ['00001.MTS', '00002.MTS', '00003.MTS']],
    ['Canon’s', ['MVI_0012.MP4', 'MVI_0013.MP4']],
    ['DJI’s', ['DJI_0001.MP4', 'DJI_0002.MP4']],
    ['DJI’s with the moment', ['DJI_20261112101112_0001_D.MP4', 'DJI_20261112102612_0002_D.MP4']],
    ['Sony’s', ['M2U00009.MPG', 'M2U00010.MPG']],
    ['Panasonic’s', ['P1000999.MP4', 'P1001000.MP4']],
    ['a phone’s with a counter', ['20261112_101112_001.mp4', '20261112_101112_002.mp4']],
    ['picked in another order', ['00003.MTS', '00001.MTS', '00002.MTS']],
  ])('%s', (_, names) => {
    expect(isSplit(files(names, names[0] === '00003.MTS' ? 0 : 16))).toBe(true);
  });

  test.each([
    ['GoPro’s chapters', ['GH010123.MP4', 'GH020123.MP4', 'GH030123.MP4']],
    ['an older GoPro’s', ['GOPR0123.MP4', 'GP010123.MP4', 'GP020123.MP4']],
    ['a person’s parts', ['lesson part 1.mp4', 'lesson part 2.mp4']],
    ['a person’s, counted', ['Fractions (1 of 2).mp4', 'fractions (2 of 2).mp4']],
    ['in Welsh', ['gwers rhan 1.mp4', 'gwers rhan 2.mp4']],
  ])('%s, whenever they were saved', (_, names) => {
    expect(isSplit(files(names, 7 * 24 * 60))).toBe(true);
  });

  test('those whose device does not say when', () => {
    expect(isSplit([{ name: '00001.MTS', lastModified: 0 }, ...files(['00002.MTS'])])).toBe(true);
  });
});

describe('lessons of their own are', () => {
  test.each([
    ['those with other names', ['fractions.mp4', 'Tutor time.mp4']],
    ['a person’s own numbers', ['Year 8 lesson 1.mp4', 'Year 8 lesson 2.mp4']],
    ['those with one left out', ['00001.MTS', '00003.MTS']],
    ['the same one twice', ['00001.MTS', '00001.MTS']],
    ['those of two cameras', ['00001.MTS', 'MVI_0002.MTS']],
    ['those of two kinds', ['00001.MTS', '00002.MP4']],
    ['GoPro’s films one after another', ['GH010123.MP4', 'GH010124.MP4']],
    ['those named by the moment', ['VID_20261112_101112.mp4', 'VID_20261112_101113.mp4']],
  ])('%s', (_, names) => {
    expect(isSplit(files(names))).toBe(false);
  });

  test('those that were filmed hours apart', () => {
    expect(isSplit(files(['00001.MTS', '00002.MTS'], 90))).toBe(false);
  });
  test('one alone', () => {
    expect(isSplit(files(['00001.MTS']))).toBe(false);
  });
});

describe('the order', () => {
  const order = (names: string[]) =>
    files(names)
      .sort(compareFiles)
      .map(({ name }) => name);
  test('counts numbers as numbers', () => {
    expect(order(['part 10.mp4', 'part 2.mp4', 'part 1.mp4'])).toEqual([
      'part 1.mp4',
      'part 2.mp4',
      'part 10.mp4',
    ]);
  });
  test('follows GoPro’s chapters within each film', () => {
    expect(order(['GH010124.MP4', 'GH020123.MP4', 'GH010123.MP4'])).toEqual([
      'GH010123.MP4',
      'GH020123.MP4',
      'GH010124.MP4',
    ]);
    expect(order(['GP010123.MP4', 'GOPR0123.MP4'])).toEqual(['GOPR0123.MP4', 'GP010123.MP4']);
  });
  test('goes by the date where names are the same', () => {
    const [first, second] = files(['video.mp4', 'video.mp4']);
    expect(first && second && [second, first].sort(compareFiles)).toEqual([first, second]);
  });
});

test.each([
  ['8M2 fractions part 1.mp4', '8M2 fractions.mp4'],
  ['8M2 fractions (1 of 2).mp4', '8M2 fractions.mp4'],
  ['00001.MTS', '00001.MTS'],
  ['part 1.mp4', 'part 1.mp4'],
])('the whole of %s is %s', (piece, whole) => {
  expect(nameOfWhole(piece)).toBe(whole);
});
