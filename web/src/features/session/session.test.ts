import { expect, test } from 'vitest';
import { ApiProblem } from '../../app/api.ts';
import { signInTrouble } from './session.ts';

test.each([
  [401, 'wrong'],
  [400, 'wrong'],
  [429, 'tooMany'],
  [500, 'other'],
])('an answer of %d is told as %s', (status, trouble) => {
  expect(signInTrouble(new ApiProblem({ status, code: 'any' }))).toBe(trouble);
});

test('no answer is told as offline', () => {
  expect(signInTrouble(new ApiProblem({ status: 0, code: 'offline' }))).toBe('offline');
  expect(signInTrouble(new Error('something else'))).toBe('other');
});
