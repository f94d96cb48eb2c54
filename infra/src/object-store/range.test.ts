import { expect, it } from 'vitest';
import { requestedRange } from './range.ts';

it.each([
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=3-6', { start: 3, end: 6 }],
  ['bytes=3-', { start: 3, end: 9 }],
  ['bytes=3-99', { start: 3, end: 9 }],
  ['BYTES = 9-9 ', { start: 9, end: 9 }],
  ['bytes=-4', { start: 6, end: 9 }],
  ['bytes=-99', { start: 0, end: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=10-20', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  [undefined, null],
  ['', null],
  ['bytes=', null],
  ['bytes=-', null],
  ['bytes=6-3', null],
  ['bytes=0-1,3-4', null],
  ['bytes=1.5-3', null],
  ['bytes=0x1-3', null],
  ['bytes=9999999999999999-', null],
  ['pages=1-2', null],
])('of ten bytes, %j is %j', (header, range) => {
  expect(requestedRange(header, 10)).toEqual(range);
});

it('finds no range in nothing', () => {
  expect(requestedRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(requestedRange('bytes=-1', 0)).toBe('unsatisfiable');
  expect(requestedRange(undefined, 0)).toBeNull();
});
