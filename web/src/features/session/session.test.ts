import { expect, test } from 'vitest';
import { ApiProblem } from '../../app/api.ts';
import { rightAddress, signInTrouble } from './session.ts';

test.each([
  [401, 'wrong'],
  [400, 'wrong'],
  [429, 'tooMany'],
  [500, 'other'],
])('an answer of %d is told as %s', (status, trouble) => {
  expect(signInTrouble(new ApiProblem({ status, code: 'any' }))).toBe(trouble);
});

test('an address that is not the one it was set up for is told with the right one', () => {
  const fields = [{ path: 'address', message: 'https://lessons.example' }];
  for (const [status, code] of [
    [421, 'wrong_address'],
    [403, 'forbidden_origin'],
  ] as const) {
    const problem = new ApiProblem({ status, code, fields });
    expect([signInTrouble(problem), rightAddress(problem)]).toEqual([
      'wrongAddress',
      'https://lessons.example',
    ]);
  }
  expect(signInTrouble(new ApiProblem({ status: 403, code: 'forbidden_origin' }))).toBe('other');
});

test('no answer is told as offline', () => {
  expect(signInTrouble(new ApiProblem({ status: 0, code: 'offline' }))).toBe('offline');
  expect(signInTrouble(new Error('something else'))).toBe('other');
});
