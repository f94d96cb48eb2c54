import type { Annotation } from '@second-look/core/contract';
import { type OutgoingNote, readOutbox } from './outbox.ts';
import { createPersistedStore, type Store } from './persisted-store.ts';

/** A moment just marked, and the words being added to it. */
export interface Mark {
  note: OutgoingNote;
  words: string;
  /** The note as the server keeps it, once it has answered. */
  saved: Annotation | null;
}

/** The last mark made here, until its words are done. Half-written words survive a reload. */
export function markStore(userId: string, recordingId: string): Store<Mark | null, Mark | null> {
  return createPersistedStore<Mark | null, Mark | null>({
    key: `second-look:mark:${userId}:${recordingId}`,
    reduce: (_, next) => next,
    restore(stored) {
      const mark = stored as Partial<Mark> | undefined;
      const [note] = readOutbox([mark?.note]);
      return note ? { note, words: String(mark?.words ?? ''), saved: mark?.saved ?? null } : null;
    },
    isEmpty: (mark) => mark === null,
  });
}
