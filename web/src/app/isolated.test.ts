import { expect, it } from 'vitest';
import { addStrings, i18n } from './i18n.ts';
import { isolated } from './isolated.ts';

it('encloses what could turn the words around it, and leaves the rest as it is', () => {
  expect(isolated('Year 8 “fractions” · 1½')).toBe('Year 8 “fractions” · 1½');
  expect(isolated('שלום')).toBe('\u2068שלום\u2069');
  expect(isolated('a\u202egpj.4pm')).toBe('\u2068a\u202egpj.4pm\u2069');
});

it('cannot be left from inside', () => {
  expect(isolated('a\u2069\u202eb')).toBe('\u2068a\u202eb\u2069');
});

it('is around every value in a sentence', () => {
  addStrings('isolated', { share: 'Share “{{title}}”' });
  const t = i18n.getFixedT('en-GB', 'isolated');
  expect(t('share' as never, { title: 'a\u202eb' })).toBe('Share “\u2068a\u202eb\u2069”');
  expect(t('share' as never, { title: 'Tom & <Jo>' })).toBe('Share “Tom & <Jo>”');
});
