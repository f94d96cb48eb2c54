import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';

const bytes = (size: number, change?: [at: number, value: number]) => {
  const content = new Uint8Array(size).map((_, index) => index % 251);
  if (change) content[change[0]] = change[1];
  return new Blob([content]);
};

test('the same bytes are the same file, whatever it is called', async () => {
  expect(await fingerprint(bytes(200_000))).toBe(await fingerprint(bytes(200_000)));
});

test('another size, another beginning or another end is another file', async () => {
  const first = await fingerprint(bytes(200_000));
  expect(await fingerprint(bytes(200_001))).not.toBe(first);
  expect(await fingerprint(bytes(200_000, [10, 255]))).not.toBe(first);
  expect(await fingerprint(bytes(200_000, [199_999, 255]))).not.toBe(first);
});

test('small and empty files have one too', async () => {
  expect(await fingerprint(bytes(10))).not.toBe(await fingerprint(bytes(10, [9, 255])));
  expect(await fingerprint(bytes(0))).toMatch(/^0-[0-9a-f]{16}$/);
});
