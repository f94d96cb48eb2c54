import type { AnnotationKind } from '@second-look/core/contract';

/** A note on its way to the server. It stays here, and in the browser's storage, until the server has it. */
export interface OutgoingNote {
  clientId: string;
  conversationId: string | null;
  kind: AnnotationKind;
  body: string;
  startMs: number;
  endMs: number | null;
  /** The server's id of it, where it has the note already, but not yet these words. */
  savedId?: string;
  writtenAt: string;
  /** `sending`: here or in another tab. `waiting`: no answer came, so it is sent again by itself. `refused`: only its author can help. */
  state: 'sending' | 'waiting' | 'refused';
  /** The server's words, where it refused. */
  detail: string;
}

export type OutboxAction =
  | { type: 'added'; note: OutgoingNote }
  | { type: 'sending'; clientId: string }
  | { type: 'sent'; clientId: string; body: string; savedId: string }
  | { type: 'failed'; clientId: string; state: 'waiting' | 'refused'; detail: string }
  | { type: 'removed'; clientId: string };

export type Outbox = readonly OutgoingNote[];

export function reduceOutbox(outbox: Outbox, action: OutboxAction): Outbox {
  const change = (clientId: string, part: Partial<OutgoingNote>) =>
    outbox.map((note) => (note.clientId === clientId ? { ...note, ...part } : note));
  switch (action.type) {
    case 'added': {
      const { clientId } = action.note;
      const before = outbox.find((note) => note.clientId === clientId);
      const others = outbox.filter((note) => note !== before);
      return [...others, { ...before, ...action.note }];
    }
    case 'sending':
      return change(action.clientId, { state: 'sending', detail: '' });
    case 'sent':
      // Words that came while it was on its way have not been sent with it.
      return outbox
        .filter(({ clientId, body }) => clientId !== action.clientId || body !== action.body)
        .map((note) =>
          note.clientId === action.clientId ? { ...note, savedId: action.savedId } : note,
        );
    case 'failed':
      return change(action.clientId, { state: action.state, detail: action.detail });
    case 'removed':
      return outbox.filter((note) => note.clientId !== action.clientId);
  }
}

/** @returns what a browser's storage kept */
export function readOutbox(value: unknown): Outbox {
  if (!Array.isArray(value)) return [];
  return (value as OutgoingNote[]).filter(
    (note) => typeof note?.clientId === 'string' && Number.isInteger(note.startMs),
  );
}
