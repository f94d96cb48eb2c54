import { newId } from '../../app/new-id.ts';
import { createPersistedStore } from './persisted-store.ts';

/** An answer being written: kept over reloads, and with the id that makes sending it twice harmless. */
export interface ReplyDraft {
  clientId: string;
  body: string;
}

export type ReplyDraftAction = { type: 'typed'; body: string } | { type: 'cleared' };

export function replyDraftStore(userId: string, noteId: string) {
  return createPersistedStore<ReplyDraft, ReplyDraftAction>({
    key: `second-look:reply:${userId}:${noteId}`,
    reduce: (draft, action) =>
      action.type === 'typed' ? { ...draft, body: action.body } : { clientId: newId(), body: '' },
    restore(stored) {
      const draft = stored as Partial<ReplyDraft> | undefined;
      return typeof draft?.clientId === 'string' && typeof draft.body === 'string'
        ? { clientId: draft.clientId, body: draft.body }
        : { clientId: newId(), body: '' };
    },
    isEmpty: ({ body }) => body === '',
  });
}
