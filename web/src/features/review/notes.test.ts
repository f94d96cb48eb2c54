import type { Annotation, RecordingDetail } from '@second-look/core/contract';
import { describe, expect, it } from 'vitest';
import { formatSpan, noteAt, notesByTab, tabsOf } from './notes.ts';

const note = (id: string, startMs: number, part: Partial<Annotation> = {}) =>
  ({
    id,
    startMs,
    endMs: null,
    conversationId: null,
    createdAt: '2026-11-12T10:00:00Z',
    ...part,
  }) as Annotation;

describe('noteAt', () => {
  const notes = [note('lesson', 0, { endMs: 100_000 }), note('a', 10_000), note('b', 12_000)];

  it('is the one that began last of those whose time it is', () => {
    expect(noteAt(notes, 11_000)?.id).toBe('a');
    expect(noteAt(notes, 12_000)?.id).toBe('b');
    expect(noteAt(notes, 50_000)?.id).toBe('lesson');
  });

  it('is none before and after all of them', () => {
    expect(noteAt(notes.slice(1), 9_999)).toBeNull();
    expect(noteAt(notes, 100_000)).toBeNull();
    expect(noteAt([], 5)).toBeNull();
  });
});

describe('tabs', () => {
  const recording = {
    conversations: [
      { id: 'ended', with: { id: 'b', name: 'Ben Okafor' }, canComment: true, isLive: false },
      { id: 'live', with: { id: 'c', name: 'Carys Pugh' }, canComment: true, isLive: true },
    ],
  } as unknown as RecordingDetail;

  it('begin with oneself, and go on with the conversations that live', () => {
    expect(tabsOf(recording).map((tab) => tab.id)).toEqual(['private', 'live', 'ended']);
  });

  it('take no words where nobody would read them', () => {
    expect(tabsOf(recording).map((tab) => tab.canComment)).toEqual([true, true, false]);
  });

  it('let words be changed where they may be written, also when nobody else would read them', () => {
    const live = recording.conversations[1] as RecordingDetail['conversations'][number];
    const watching = { ...live, id: 'w', canComment: false };
    const tabs = tabsOf({ ...recording, conversations: [...recording.conversations, watching] });
    expect(tabs.filter((tab) => !tab.canChange).map((tab) => tab.id)).toEqual(['w']);
  });

  it('each hold their own notes, by time', () => {
    const notes = [note('2', 20), note('1', 10), note('c', 5, { conversationId: 'live' })];
    const byTab = notesByTab(tabsOf(recording), notes);
    expect(byTab.get('private')?.map(({ id }) => id)).toEqual(['1', '2']);
    expect(byTab.get('live')?.map(({ id }) => id)).toEqual(['c']);
    expect(byTab.get('ended')).toEqual([]);
  });
});

it('writes points and ranges', () => {
  expect(formatSpan({ startMs: 751_000, endMs: null })).toBe('12:31');
  expect(formatSpan({ startMs: 751_000, endMs: 772_000 })).toBe('12:31 – 12:52');
});
