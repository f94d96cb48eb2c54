import { expect, test } from 'vitest';
import { isPlainlyNoRecording } from './picked.ts';

test.each(['image/png', 'text/html', 'application/pdf', 'application/vnd.ms-excel'])(
  '%s is left out',
  (type) => {
    expect(isPlainlyNoRecording({ type })).toBe(true);
  },
);

test.each([
  'video/mp4',
  'audio/mpeg',
  'audio/x-m4a',
  '',
  'application/octet-stream',
  'application/mxf',
  'application/vnd.ms-asf',
])('“%s” may be a recording', (type) => {
  expect(isPlainlyNoRecording({ type })).toBe(false);
});
