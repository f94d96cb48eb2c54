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
  const sent = { type: 'sent', clientId: 'a', body: note('a').body, savedId: 'saved' } as const;
  expect(reduceOutbox(again, sent)).toEqual([]);
});

it('holds one note once, however often it is added', () => {
  const once = reduceOutbox([], { type: 'added', note: note('a') });
  expect(reduceOutbox(once, { type: 'added', note: note('a') })).toHaveLength(1);
});

it('keeps the words that came while their mark was being sent', () => {
  const marked = reduceOutbox([], { type: 'added', note: { ...note('a'), body: '' } });
  const worded = reduceOutbox(marked, { type: 'added', note: note('a') });
  const first = { type: 'sent', clientId: 'a', body: '', savedId: 'saved' } as const;
  const known = reduceOutbox(worded, first);
  expect(known).toEqual([{ ...note('a'), savedId: 'saved' }]);
  expect(reduceOutbox(known, { ...first, body: note('a').body })).toEqual([]);
});

it('finds what was kept, and nothing else', () => {
  expect(readOutbox(JSON.parse(JSON.stringify([note('a')])))).toEqual([note('a')]);
  expect(readOutbox('nonsense')).toEqual([]);
  expect(readOutbox([null, { clientId: 4 }])).toEqual([]);
});
