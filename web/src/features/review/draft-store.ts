import { newId } from '../../app/new-id.ts';
import {
  type Draft,
  type DraftAction,
  emptyDraft,
  isUntouched,
  readDraft,
  reduceDraft,
} from './draft.ts';
import { createPersistedStore, type Store } from './persisted-store.ts';

export type DraftStore = Store<Draft, DraftAction>;
const stores = new Map<string, DraftStore>();

/** The draft of one place to talk. It survives a reload, and changing the place and back. */
export function draftStore(userId: string, recordingId: string, tabId: string): DraftStore {
  const key = `second-look:draft:${userId}:${recordingId}:${tabId}`;
  const known = stores.get(key);
  if (known) return known;
  const store = createPersistedStore<Draft, DraftAction>({
    key,
    reduce: reduceDraft,
    restore: (stored) => readDraft(stored) ?? emptyDraft(newId()),
    isEmpty: isUntouched,
  });
  stores.set(key, store);
  return store;
}
