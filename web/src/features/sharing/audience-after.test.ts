import { expect, it } from 'vitest';
import { audienceAfter } from './audience-after.ts';

const carys = {
  principal: { type: 'user' as const, id: 'c', name: 'Carys Pugh' },
  rights: ['view' as const, 'comment' as const],
  expiresAt: null,
};
const ben = { type: 'user' as const, id: 'b', name: 'Ben Okafor' };

it('adds whom it is about to be shared with', () => {
  expect(audienceAfter([carys], { principal: ben, canComment: false, expiresAt: null })).toEqual([
    { type: 'user', name: 'Carys Pugh', canComment: true, expiresAt: null },
    { type: 'user', name: 'Ben Okafor', canComment: false, expiresAt: null },
  ]);
});

it('changes the share that is there rather than adding a second', () => {
  const expiresAt = '2027-05-03T22:59:59.999Z';
  expect(
    audienceAfter([carys], { principal: carys.principal, canComment: true, expiresAt }),
  ).toEqual([{ type: 'user', name: 'Carys Pugh', canComment: true, expiresAt }]);
});
