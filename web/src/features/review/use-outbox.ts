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
  /** Takes a note out. @returns what the server has made of it, if it was on its way just then */
  discard: (clientId: string) => Promise<Annotation | null>;
}

/** The notes that this page is sending, whichever part of it began that: one request each at a time. */
const underWay = new Map<string, Promise<Annotation | null>>();

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

  const send = useMemo(() => {
    /** @param before what the sending before this one came to */
    const deliver = async (clientId: string, before: Annotation | null) => {
      const note = store.get().find((each) => each.clientId === clientId);
      if (!note) return before;
      store.dispatch({ type: 'sending', clientId });
      try {
        const saved = await bring(recordingId, note);
        putNote(queryClient, saved);
        store.dispatch({ type: 'sent', clientId, body: note.body, savedId: saved.id });
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
    };
    return (note: OutgoingNote): Promise<Annotation | null> => {
      const { clientId } = note;
      store.dispatch({ type: 'added', note: { ...note, state: 'sending', detail: '' } });
      const turn = (underWay.get(clientId) ?? Promise.resolve(null))
        .then((before) => deliver(clientId, before))
        .finally(() => underWay.get(clientId) === turn && underWay.delete(clientId));
      underWay.set(clientId, turn);
      return turn;
    };
  }, [queryClient, recordingId, store]);

  useEffect(() => {
    const sendWaiting = () => {
      for (const note of store.get()) {
        // One that is being sent, but not here, may have been left so by a tab that was closed.
        if (note.state !== 'refused' && !underWay.has(note.clientId)) void send(note);
      }
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
    async discard(clientId) {
      store.dispatch({ type: 'removed', clientId });
      return underWay.get(clientId) ?? null;
    },
  };
}

/** The same id again gives the same note. One that came before its words gets them now. */
async function bring(recordingId: string, note: OutgoingNote): Promise<Annotation> {
  const { clientId, savedId, conversationId, kind, body, startMs, endMs } = note;
  const addWords = (id: string) =>
    call('PATCH /api/annotations/:id', { params: { id }, body: { body } });
  if (savedId) return addWords(savedId);
  const saved = await call('POST /api/recordings/:id/annotations', {
    params: { id: recordingId },
    body: { clientId, conversationId, kind, body, startMs, endMs },
  });
  return saved.body === '' && body !== '' ? addWords(saved.id) : saved;
}

/** An answer that will be the same next time. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  return error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429;
}
