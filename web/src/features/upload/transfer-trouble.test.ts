import { describe, expect, test } from 'vitest';
import { ApiProblem } from '../../app/api.ts';
import { readError, readTrouble } from './transfer-trouble.ts';

describe('what becomes of an upload that stopped', () => {
  test.each([
    [0, 'offline', true],
    [401, 'signed_out', true],
    [409, 'server', true],
    [423, 'server', true],
    [429, 'server', true],
    [503, 'server', true],
    [404, 'gone', false],
    [413, 'too_large', false],
    [507, 'no_space', false],
    [422, 'refused', false],
  ])('%d is %s', (status, trouble, isPassing) => {
    expect(readTrouble(status, true)).toMatchObject({ trouble, isPassing });
  });

  test('a quota that is used up is told apart from a disk that is full', () => {
    expect(readTrouble(507, false, 'quota_full')).toMatchObject({ trouble: 'quota_full' });
    expect(readTrouble(507, false, 'no_space')).toMatchObject({ trouble: 'no_space' });
  });

  test('a place that differs is asked for again; only a recording never reached here has another video', () => {
    expect(readTrouble(409, true)).toMatchObject({ isPassing: true, isMisplaced: true });
    expect(readTrouble(409, false)).toMatchObject({ trouble: 'taken', isPassing: false });
  });
});

test('the API’s answers about the recording are read the same way', () => {
  const read = (status: number) => readError(new ApiProblem({ status, code: 'any' }));
  expect(read(0)).toMatchObject({ trouble: 'offline', isPassing: true });
  expect(read(500)).toMatchObject({ trouble: 'server', isPassing: true });
  expect(read(404)).toMatchObject({ trouble: 'gone', isPassing: false });
  expect(readError(new Error('unforeseen'))).toMatchObject({ trouble: 'refused' });
});
