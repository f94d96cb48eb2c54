import { expect, test } from 'vitest';
import { withRisingProgress } from './rising-progress.ts';

const seen = (
  id: string,
  state: 'uploading' | 'processing' | 'failed' | 'ready',
  progress: number | null,
) => withRisingProgress({ id, state, progress }).progress;

test('what was prepared already is not taken back', () => {
  expect(seen('a', 'processing', 0.4)).toBe(0.4);
  expect(seen('a', 'processing', 0.97)).toBe(0.97);
  expect(seen('a', 'processing', 0)).toBe(0.97);
  expect(seen('a', 'processing', null)).toBe(0.97);
  expect(seen('b', 'processing', 0.1)).toBe(0.1);
  expect(seen('a', 'ready', null)).toBeNull();
});

test('trying again after a failure begins at the beginning', () => {
  expect(seen('c', 'processing', 0.6)).toBe(0.6);
  expect(seen('c', 'failed', null)).toBeNull();
  expect(seen('c', 'processing', 0.1)).toBe(0.1);
});

test('an upload says what the server has, also where that is less', () => {
  expect(seen('d', 'uploading', 0.5)).toBe(0.5);
  expect(seen('d', 'uploading', 0.4)).toBe(0.4);
});
