import { describe, expect, test } from 'vitest';
import { colours } from './colours.ts';

/** Contrast by WCAG 2.2, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each(['light', 'dark'] as const)('colours, %s', (scheme) => {
  const texts = [
    'ink',
    'soft',
    'brand',
    'alarm',
    'kind-notice',
    'kind-question',
    'kind-strength',
    'kind-next_step',
  ] as const;
  const grounds = ['paper', 'card', 'wash'] as const;

  test.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))(
    '%s can be read on %s',
    (text, ground) => {
      expect(contrast(colours[text][scheme], colours[ground][scheme])).toBeGreaterThanOrEqual(4.5);
    },
  );

  test('what lies on a colour can be read', () => {
    const pairs = [
      ['on-brand', 'brand'],
      ['on-brand', 'brand-strong'],
      ['brand', 'brand-wash'],
      ['ink', 'brand-wash'],
      ['ink', 'alarm-wash'],
      ['alarm', 'alarm-wash'],
    ] as const;
    for (const [text, ground] of pairs) {
      expect(contrast(colours[text][scheme], colours[ground][scheme])).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('the edge of a field can be seen', () => {
    for (const ground of ['paper', 'card'] as const) {
      expect(contrast(colours.edge[scheme], colours[ground][scheme])).toBeGreaterThanOrEqual(3);
    }
  });
});
