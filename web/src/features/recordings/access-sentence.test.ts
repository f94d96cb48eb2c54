import { expect, test } from 'vitest';
import { accessSentence } from './access-sentence.ts';

const now = new Date(2026, 10, 22);
const expiresAt = new Date(2027, 4, 3).toISOString();

test('says what the reader may do, and until when', () => {
  expect(accessSentence({ canComment: false, expiresAt: null }, now)).toBe('You can watch');
  expect(accessSentence({ canComment: true, expiresAt }, now)).toBe(
    'You can watch and comment, until 3 May',
  );
});
