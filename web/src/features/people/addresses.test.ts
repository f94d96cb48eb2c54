import { expect, it } from 'vitest';
import { addressesIn } from './addresses.ts';

it.each([
  ['', []],
  ['one@a.test', ['one@a.test']],
  [
    'one@a.test, two@a.test;three@a.test\nfour@a.test five@a.test',
    ['one', 'two', 'three', 'four', 'five'].map((name) => `${name}@a.test`),
  ],
  ['Nia Rees <nia@a.test>, "Owen, Ben" <ben@a.test>', ['nia@a.test', 'ben@a.test']],
  ['one@a.test ONE@A.test', ['ONE@A.test']],
  ['no address', ['no', 'address']],
])('finds the addresses in %j', (text, addresses) => {
  expect(addressesIn(text)).toEqual(addresses);
});
