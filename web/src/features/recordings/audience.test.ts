import { describe, expect, test } from 'vitest';
import { type Audience, audienceSentence, shortNames } from './audience.ts';

const now = new Date(2026, 10, 22, 14, 0);
const may = new Date(2027, 4, 3, 23, 59).toISOString();
const june = new Date(2027, 5, 1, 12, 0).toISOString();
const seer = (
  name: string,
  expiresAt: string | null = null,
  type: 'user' | 'group' = 'user',
): Audience[number] => ({ type, name, expiresAt, canComment: true });
const sentence = (audience: Audience, options = {}) =>
  audienceSentence(audience, { now, ...options });

describe('the sentence that says who can see', () => {
  test('nobody else', () => {
    expect(sentence([])).toBe('Only you');
  });
  test('one colleague, until a date', () => {
    expect(sentence([seer('Carys Price', may)])).toBe('Seen by you and Carys, until 3 May');
    expect(sentence([seer('Carys Price', may)], { form: 'short' })).toBe(
      'You and Carys, until 3 May',
    );
  });
  test('one end for all is said once, different ends with each', () => {
    expect(sentence([seer('Carys Price', may), seer('Ben Okafor', may)])).toBe(
      'Seen by you, Carys and Ben, until 3 May',
    );
    expect(sentence([seer('Carys Price', may), seer('Ben Okafor')])).toBe(
      'Seen by you, Carys (until 3 May) and Ben',
    );
    expect(sentence([seer('Carys Price', may), seer('Ben Okafor', june)])).toBe(
      'Seen by you, Carys (until 3 May) and Ben (until 1 Jun)',
    );
  });
  test('an end today is told by the clock', () => {
    const tonight = new Date(2026, 10, 22, 18, 30).toISOString();
    expect(sentence([seer('Carys Price', tonight)])).toBe('Seen by you and Carys, until 18:30');
  });
  test('whose time is over is left out', () => {
    const past = new Date(2026, 10, 22, 13, 59).toISOString();
    expect(sentence([seer('Carys Price', past)])).toBe('Only you');
  });
  test('two of the same first name have their whole names', () => {
    expect(shortNames([seer('Carys Price'), seer('Carys Young'), seer('Ben Okafor')])).toEqual([
      'Carys Price',
      'Carys Young',
      'Ben',
    ]);
  });
  test('groups keep their names', () => {
    expect(sentence([seer('Oracy PLC', null, 'group')])).toBe('Seen by you and Oracy PLC');
  });
  test('many are counted; one over is still named', () => {
    const four = ['Ann A', 'Bob B', 'Cai C', 'Dee D'].map((name) => seer(name));
    expect(sentence(four, { most: 3 })).toBe('Seen by you, Ann, Bob, Cai and Dee');
    expect(sentence(four, { most: 2 })).toBe('Seen by you, Ann, Bob and 2 others');
    expect(sentence(four)).toBe('Seen by you, Ann, Bob, Cai and Dee');
  });
});
