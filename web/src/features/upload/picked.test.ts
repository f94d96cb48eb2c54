import { expect, test } from 'vitest';
import { isPlainlyNoVideo } from './picked.ts';

test.each(['image/png', 'audio/mpeg', 'text/html', 'application/pdf', 'application/vnd.ms-excel'])(
  '%s is left out',
  (type) => {
    expect(isPlainlyNoVideo({ type })).toBe(true);
  },
);

test.each([
  'video/mp4',
  '',
  'application/octet-stream',
  'application/mxf',
  'application/vnd.ms-asf',
])('“%s” may be a video', (type) => {
  expect(isPlainlyNoVideo({ type })).toBe(false);
});
