import { describe, expect, it } from 'vitest';
import { type Draft, type DraftAction, emptyDraft, isUntouched, reduceDraft } from './draft.ts';

const after = (...actions: DraftAction[]): Draft => actions.reduce(reduceDraft, emptyDraft('one'));
const typed = (body: string, nowMs: number): DraftAction => ({ type: 'typed', body, nowMs });

describe('the time of a note', () => {
  it('is that of the first keystroke, however long the typing takes', () => {
    expect(
      after(typed('W', 754_000), typed('Wait', 758_000), typed('Wait time', 790_000)),
    ).toMatchObject({ body: 'Wait time', startMs: 754_000, endMs: null });
  });

  it('is let go when everything is deleted, and taken anew', () => {
    const emptied = after(typed('W', 1_000), typed('', 2_000));
    expect(isUntouched(emptied)).toBe(true);
    expect(reduceDraft(emptied, typed('H', 3_000)).startMs).toBe(3_000);
  });

  it('stays where it was put by hand, even without words', () => {
    expect(after({ type: 'startSet', ms: 500 }, typed('W', 9_000), typed('', 9_500)).startMs).toBe(
      500,
    );
  });
});

describe('a range', () => {
  it('runs from its start to its end', () => {
    expect(after({ type: 'startSet', ms: 9_000 }, { type: 'endSet', ms: 4_000 })).toMatchObject({
      startMs: 4_000,
      endMs: 9_000,
    });
    expect(after({ type: 'startSet', ms: 1_000 }, { type: 'endSet', ms: 4_000 })).toMatchObject({
      startMs: 1_000,
      endMs: 4_000,
    });
  });

  it('looks back ten seconds when only its end is marked', () => {
    expect(after({ type: 'endSet', ms: 30_000 })).toMatchObject({ startMs: 20_000, endMs: 30_000 });
    expect(after({ type: 'endSet', ms: 4_000 })).toMatchObject({ startMs: 0, endMs: 4_000 });
  });

  it('never ends before it starts', () => {
    expect(
      after({ type: 'rangeSet', startMs: 1_000, endMs: 4_000 }, { type: 'startSet', ms: 5_000 }),
    ).toMatchObject({ startMs: 5_000, endMs: null });
    expect(after({ type: 'rangeSet', startMs: 4_000, endMs: 4_000 }).endMs).toBeNull();
    expect(after({ type: 'endSet', ms: 0 })).toMatchObject({ startMs: 0, endMs: null });
  });
});

it('keeps its id until it is cleared, and its kind beyond', () => {
  const written = after({ type: 'kindChosen', kind: 'question' }, typed('Why?', 10));
  expect(written.clientId).toBe('one');
  expect(reduceDraft(written, { type: 'cleared', clientId: 'two' })).toEqual(
    emptyDraft('two', 'question'),
  );
});
