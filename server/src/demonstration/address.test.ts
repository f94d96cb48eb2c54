import { expect, it } from 'vitest';
import { localAddress } from './address.ts';

it.each([
  ['127.0.0.1', 'http://127.0.0.1:3000'],
  ['0.0.0.0', 'http://127.0.0.1:3000'],
  ['::', 'http://[::1]:3000'],
  ['fd00::7', 'http://[fd00::7]:3000'],
  ['look.school.example', 'http://look.school.example:3000'],
])('a server on %s is reached at %s', (host, address) => {
  expect(localAddress({ host, port: 3000 })).toBe(address);
  expect(new URL(address).port).toBe('3000');
});
