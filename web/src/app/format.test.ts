import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatDate,
  formatDay,
  formatPercent,
  shortTitle,
  toDate,
  toDay,
} from './format.ts';

const now = new Date(2026, 10, 22, 14, 0);

describe('days', () => {
  test('a calendar day is that day here, whatever the time zone', () => {
    expect(toDay(toDate('2026-03-01'))).toBe('2026-03-01');
  });
  test('today and yesterday have words', () => {
    expect(formatDay(new Date(2026, 10, 22, 0, 1), now)).toBe('Today');
    expect(formatDay(new Date(2026, 10, 21, 23, 59), now)).toBe('Yesterday');
    expect(formatDay(new Date(2026, 10, 12), now)).toBe('12 Nov');
  });
  test('the year is said where it would be in doubt', () => {
    expect(formatDate(new Date(2027, 4, 3), { now })).toBe('3 May');
    expect(formatDate(new Date(2027, 10, 3), { now })).toBe('3 Nov 2027');
    expect(formatDate(new Date(2025, 10, 3), { now, month: 'long' })).toBe('3 November 2025');
  });
});

test('100 % is said only of what is done', () => {
  expect(formatPercent(0.9999)).toBe('99\u00a0%');
  expect(formatPercent(1)).toBe('100\u00a0%');
});

test.each([
  [0, '0 kB'],
  [1_400, '1 kB'],
  [5_250_000, '5.3 MB'],
  [250_400_000, '250 MB'],
  [1_440_000_000, '1.4 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test('a title is cut short where a sentence could not take the whole of it', () => {
  expect(shortTitle('Year 8 fractions')).toBe('Year 8 fractions');
  expect(shortTitle('How we waited for answers', 20)).toBe('How we waited for…');
  expect(shortTitle('Wait'.repeat(50), 20)).toBe('WaitWaitWaitWaitWait…');
});
