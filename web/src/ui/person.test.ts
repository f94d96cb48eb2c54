import { expect, test } from 'vitest';
import { firstName, initials, personColour } from './person.ts';

test('initials are of the first and the last name', () => {
  expect(initials('Amira Khan')).toBe('AK');
  expect(initials('  Siân   ap Gruffydd ')).toBe('SG');
  expect(initials('ŵan')).toBe('Ŵ');
  expect(initials('')).toBe('');
});

test('a colour stays a person’s own', () => {
  expect(personColour('abc')).toBe(personColour('abc'));
  const colours = new Set(
    Array.from({ length: 40 }, (_, index) => personColour(`person-${index}`)),
  );
  expect(colours.size).toBeGreaterThan(4);
});

test('the first name', () => {
  expect(firstName(' Carys Price')).toBe('Carys');
});
