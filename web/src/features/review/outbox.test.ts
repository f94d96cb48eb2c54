import { expect, it } from 'vitest';
import { type OutgoingNote, readOutbox, reduceOutbox } from './outbox.ts';

const note = (clientId: string): OutgoingNote => ({
  clientId,
  conversationId: null,
  kind: 'notice',
  body: 'Hands up at the back',
  startMs: 754_000,
  endMs: null,
  writtenAt: '2026-11-12T10:00:00.000Z',
  state: 'sending',
  detail: '',
});

it('keeps a note until the server has it', () => {
  const added = reduceOutbox([], { type: 'added', note: note('a') });
  const failed = reduceOutbox(added, {
    type: 'failed',
    clientId: 'a',
    state: 'waiting',
    detail: 'No answer.',
  });
  expect(failed).toEqual([{ ...note('a'), state: 'waiting', detail: 'No answer.' }]);
  const again = reduceOutbox(failed, { type: 'sending', clientId: 'a' });
  expect(again).toEqual([note('a')]);
  expect(reduceOutbox(again, { type: 'removed', clientId: 'a' })).toEqual([]);
});

it('holds one note once, however often it is added', () => {
  const once = reduceOutbox([], { type: 'added', note: note('a') });
  expect(reduceOutbox(once, { type: 'added', note: note('a') })).toHaveLength(1);
});

it('finds what was being sent when the page closed waiting', () => {
  expect(readOutbox(JSON.parse(JSON.stringify([note('a')])))).toMatchObject([{ state: 'waiting' }]);
  expect(readOutbox('nonsense')).toEqual([]);
  expect(readOutbox([null, { clientId: 4 }])).toEqual([]);
});
