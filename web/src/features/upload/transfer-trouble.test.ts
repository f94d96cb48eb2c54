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
    expect(readTrouble(status, 204, true)).toMatchObject({ trouble, isPassing });
  });

  test('a recording that has a video nobody here knows of: its creation was answered into the void', () => {
    expect(readTrouble(409, 0, false).isLostCreation).toBe(true);
    expect(readTrouble(409, 404, true).isLostCreation).toBe(true);
    expect(readTrouble(409, 204, true).isLostCreation).toBe(false);
  });
});

test('the API’s answers about the recording are read the same way', () => {
  const read = (status: number) => readError(new ApiProblem({ status, code: 'any' }));
  expect(read(0)).toMatchObject({ trouble: 'offline', isPassing: true });
  expect(read(500)).toMatchObject({ trouble: 'server', isPassing: true });
  expect(read(404)).toMatchObject({ trouble: 'gone', isPassing: false });
  expect(readError(new Error('unforeseen'))).toMatchObject({ trouble: 'refused' });
});
