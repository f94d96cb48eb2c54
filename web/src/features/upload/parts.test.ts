import { describe, expect, test } from 'vitest';
import {
  type Candidate,
  matchParts,
  newPart,
  nextPart,
  type Part,
  together,
  withReceived,
} from './parts.ts';

const part = (filename: string, change: Partial<Part> = {}): Part => ({
  ...newPart({ name: filename, type: 'video/mp2t', size: 100 }, `print of ${filename}`),
  ...change,
});
const file = (name: string, size = 100): Candidate => ({
  name,
  size,
  fingerprint: `print of ${name}`,
});
const received = (number: number, receivedBytes: number, filename = `0000${number + 1}.MTS`) => ({
  part: number,
  filename,
  sizeBytes: 100,
  receivedBytes,
});

describe('a file that was picked again', () => {
  const three = [part('00001.MTS', { isSent: true }), part('00002.MTS'), part('00003.MTS')];
  test('is known by its content, whichever it is and whatever it is called', () => {
    expect(matchParts(three, [file('00003.MTS')])).toEqual([2]);
    expect(matchParts(three, [{ ...file('00002.MTS'), name: 'video.mts' }])).toEqual([1]);
  });
  test('is known among several at once, also one that is there already', () => {
    const picked = ['00001.MTS', '00003.MTS', '00002.MTS'].map((name) => file(name));
    expect(matchParts(three, picked)).toEqual([0, 2, 1]);
  });
  test('is none of them where its content is another', () => {
    expect(matchParts(three, [file('00004.MTS')])).toEqual([undefined]);
    expect(matchParts([part('00001.MTS')], [file('00004.MTS')])).toEqual([undefined]);
  });
});

describe('on another device, a file', () => {
  const begun = withReceived([], { parts: 3, files: [received(0, 100), received(1, 40)] });
  test('is known by name and size', () => {
    expect(matchParts(begun, [file('00002.MTS')])).toEqual([1]);
    expect(matchParts(begun, [file('00002.MTS'), file('00003.MTS')])).toEqual([1, 2]);
  });
  test('of the same size but another name is none that was begun: cameras cut equal pieces', () => {
    expect(matchParts(begun, [file('00003.MTS')])).toEqual([2]);
  });
  test('may have any name where all are picked, in their sizes', () => {
    const picked = ['a.mts', 'b.mts', 'c.mts'].map((name) => file(name));
    expect(matchParts(begun, picked)).toEqual([0, 1, 2]);
  });
  test('finds no place where more are picked than are missing', () => {
    const picked = [file('a.mts'), file('b.mts', 70)];
    expect(matchParts(begun, picked)).toEqual([undefined, undefined]);
  });
  test('of a lesson of one file is known by its size alone', () => {
    const one = withReceived([], { parts: 1, files: [received(0, 40)] });
    expect(matchParts(one, [file('video.mov')])).toEqual([0]);
    expect(matchParts(one, [file('00001.MTS', 99)])).toEqual([undefined]);
  });
  test('is whichever it is where nothing has begun', () => {
    expect(matchParts(withReceived([], { parts: 1, files: [] }), [file('video.mov')])).toEqual([0]);
  });
});

describe('what the server has', () => {
  const parts = [part('00001.MTS'), part('00002.MTS', { sentBytes: 90 }), part('00003.MTS')];
  test('counts, for each file', () => {
    const now = withReceived(parts, { parts: 3, files: [received(0, 100), received(1, 40)] });
    expect(now.map(({ sentBytes, isSent }) => [sentBytes, isSent])).toEqual([
      [100, true],
      [40, false],
      [0, false],
    ]);
    expect(now[1]).toMatchObject({ filename: '00002.MTS', fingerprint: 'print of 00002.MTS' });
  });
  test('is another file where its size is another', () => {
    const other = { ...received(0, 70), sizeBytes: 70 };
    const [first] = withReceived(parts, { parts: 3, files: [other] });
    expect(first).toMatchObject({ sizeBytes: 100, isSent: false });
  });
});

describe('all files together', () => {
  const parts = [
    part('00001.MTS', { isSent: true, sentBytes: 100 }),
    part('00002.MTS', { sentBytes: 40 }),
    part('00003.MTS'),
  ];
  test('are as large as all of them, and the first that is not there is next', () => {
    expect(together(parts, () => true)).toEqual({
      filename: '00002.MTS',
      part: 1,
      parts: 3,
      wanted: [],
      sizeBytes: 300,
      sentBytes: 140,
    });
  });
  test('one that is missing on this device holds up none behind it', () => {
    const isHere = (number: number) => number === 2;
    expect(nextPart(parts, isHere)).toBe(2);
    expect(together(parts, isHere)).toMatchObject({ part: 2, wanted: ['00002.MTS'] });
    expect(nextPart(parts, () => false)).toBeUndefined();
    expect(together(parts, () => false)).toMatchObject({
      filename: '00002.MTS',
      wanted: ['00002.MTS', '00003.MTS'],
    });
  });
  test('one that nobody here has seen is taken to be as large as the others', () => {
    const begun = withReceived([], { parts: 3, files: [received(0, 100), received(1, 40)] });
    expect(together(begun, () => false)).toMatchObject({
      sizeBytes: 300,
      sentBytes: 140,
      wanted: ['00002.MTS', ''],
    });
  });
  test('an empty file is not sent before the server says so', () => {
    const empty = [part('empty.mp4', { sizeBytes: 0 })];
    expect(nextPart(empty, () => true)).toBe(0);
    const there = { ...received(0, 0), sizeBytes: 0 };
    const [now] = withReceived(empty, { parts: 1, files: [there] });
    expect(now?.isSent).toBe(true);
  });
});
