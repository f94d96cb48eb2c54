import { expect, it } from 'vitest';
import { dayOf, endOfDay } from './expiry.ts';

it('ends with the day, as people here count days', () => {
  const end = endOfDay('2027-05-03');
  expect(end && new Date(end).toString()).toContain('May 03 2027 23:59:59');
  expect(dayOf(end)).toBe('2027-05-03');
});

it('has no end where no day is given', () => {
  expect(endOfDay('')).toBeNull();
  expect(endOfDay('soon')).toBeNull();
  expect(dayOf(null)).toBe('');
});
