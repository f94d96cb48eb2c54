import type { AnnotationKind } from '@second-look/core/contract';

/** A note on its way to the server. It stays here, and in the browser's storage, until the server has it. */
export interface OutgoingNote {
  clientId: string;
  conversationId: string | null;
  kind: AnnotationKind;
  body: string;
  startMs: number;
  endMs: number | null;
  writtenAt: string;
  /** `waiting`: no answer came, so it is sent again by itself. `refused`: only its author can help. */
  state: 'sending' | 'waiting' | 'refused';
  /** The server's words, where it refused. */
  detail: string;
}

export type OutboxAction =
  | { type: 'added'; note: OutgoingNote }
  | { type: 'sending'; clientId: string }
  | { type: 'failed'; clientId: string; state: 'waiting' | 'refused'; detail: string }
  | { type: 'removed'; clientId: string };

export type Outbox = readonly OutgoingNote[];

export function reduceOutbox(outbox: Outbox, action: OutboxAction): Outbox {
  const change = (clientId: string, part: Partial<OutgoingNote>) =>
    outbox.map((note) => (note.clientId === clientId ? { ...note, ...part } : note));
  switch (action.type) {
    case 'added':
      return [...outbox.filter((note) => note.clientId !== action.note.clientId), action.note];
    case 'sending':
      return change(action.clientId, { state: 'sending', detail: '' });
    case 'failed':
      return change(action.clientId, { state: action.state, detail: action.detail });
    case 'removed':
      return outbox.filter((note) => note.clientId !== action.clientId);
  }
}

/** @returns what a browser's storage kept; whatever was being sent when the page closed waits again */
export function readOutbox(value: unknown): Outbox {
  if (!Array.isArray(value)) return [];
  return (value as OutgoingNote[])
    .filter((note) => typeof note?.clientId === 'string' && Number.isInteger(note.startMs))
    .map((note) => ({ ...note, state: note.state === 'refused' ? 'refused' : 'waiting' }));
}
