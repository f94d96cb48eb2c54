import type { Annotation } from '@second-look/core/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { ApiProblem, call } from '../../app/api.ts';
import { noticeSignedOut } from '../../app/query-client.ts';
import { troubleSentence } from '../../app/trouble.ts';
import {
  type Outbox,
  type OutboxAction,
  type OutgoingNote,
  readOutbox,
  reduceOutbox,
} from './outbox.ts';
import { createPersistedStore, useStore } from './persisted-store.ts';
import { putNote } from './queries.ts';

const againAfterMs = 15_000;

export interface OutboxPort {
  notes: Outbox;
  /** @returns the note as the server keeps it, or `null` where it stays in the outbox for now */
  send: (note: OutgoingNote) => Promise<Annotation | null>;
  discard: (clientId: string) => void;
}

/** Sends notes, and keeps each in the browser until the server has it: over reloads and lost networks. */
export function useOutbox(recordingId: string, userId: string): OutboxPort {
  const queryClient = useQueryClient();
  const store = useMemo(
    () =>
      createPersistedStore<Outbox, OutboxAction>({
        key: `second-look:outbox:${userId}:${recordingId}`,
        reduce: reduceOutbox,
        restore: readOutbox,
        isEmpty: (outbox) => outbox.length === 0,
      }),
    [userId, recordingId],
  );

  const send = useMemo(
    () =>
      async (note: OutgoingNote): Promise<Annotation | null> => {
        const { clientId, conversationId, kind, body, startMs, endMs } = note;
        store.dispatch({ type: 'added', note: { ...note, state: 'sending', detail: '' } });
        try {
          const saved = await call('POST /api/recordings/:id/annotations', {
            params: { id: recordingId },
            body: { clientId, conversationId, kind, body, startMs, endMs },
          });
          putNote(queryClient, saved);
          store.dispatch({ type: 'removed', clientId });
          return saved;
        } catch (error) {
          noticeSignedOut(error);
          store.dispatch({
            type: 'failed',
            clientId,
            state: isRefusal(error) ? 'refused' : 'waiting',
            detail: isRefusal(error) ? troubleSentence(error) : '',
          });
          return null;
        }
      },
    [queryClient, recordingId, store],
  );

  useEffect(() => {
    const sendWaiting = () => {
      for (const note of store.get()) if (note.state === 'waiting') void send(note);
    };
    sendWaiting();
    const timer = setInterval(sendWaiting, againAfterMs);
    window.addEventListener('online', sendWaiting);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', sendWaiting);
    };
  }, [store, send]);

  return {
    notes: useStore(store),
    send,
    discard: (clientId) => store.dispatch({ type: 'removed', clientId }),
  };
}

/** An answer that will be the same next time. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  return error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429;
}
