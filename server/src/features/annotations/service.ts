import type { Annotation, AnnotationKind } from '@second-look/core/contract';
import type { Database, Transaction } from '@second-look/infra/database';
import { uuidv7 } from 'uuidv7';
import { ProblemError } from '../../http/problems.ts';
import { namesOf } from '../people/queries.ts';
import { roundingMs } from '../recordings/film.ts';
import { findRecording, type RecordingRow } from '../recordings/queries.ts';
import {
  type AnnotationRow,
  findAnnotation,
  findReplies,
  insertAnnotation,
  insertReply,
  listAnnotations,
  listReplies,
  type ReplyRow,
  updateAnnotation,
  updateReply,
} from './queries.ts';

interface Draft {
  startMs: number;
  endMs: number | null;
  kind: AnnotationKind;
  body: string;
  conversationId: string | null;
  clientId?: string;
}

/** Notes at a moment, and the answers to them. */
export function annotationService({ database }: { database: Database }) {
  async function shown(
    tx: Transaction,
    userId: string,
    id: string | undefined,
  ): Promise<Annotation> {
    const note = id ? await findAnnotation(tx, id) : undefined;
    const found = note && (await findRecording(tx, note.recordingId));
    if (!note || !found) throw new ProblemError('not_found');
    const replies = await findReplies(tx, note.id);
    const [shown] = await present(tx, userId, found.recording, [note], replies);
    // Nobody sees what lies in front of what is shown.
    if (!shown || shown.startMs < 0) throw new ProblemError('not_found');
    return shown;
  }

  return {
    list: (userId: string, recordingId: string) =>
      database.as(userId, async (tx) => {
        const found = await findRecording(tx, recordingId);
        if (!found) throw new ProblemError('not_found');
        const notes = await listAnnotations(tx, recordingId);
        const replies = await listReplies(tx, recordingId);
        const items = await present(tx, userId, found.recording, notes, replies);
        // Its owner may see all there is, but not where nothing is shown.
        return { items: items.filter((note) => isShown(note, found.recording)) };
      }),

    write: (userId: string, recordingId: string, { clientId = uuidv7(), ...draft }: Draft) =>
      database.as(userId, async (tx) => {
        const found = await findRecording(tx, recordingId);
        if (!found) throw new ProblemError('not_found');
        const id = await insertAnnotation(tx, {
          ...{ id: uuidv7(), recordingId, authorId: userId, clientId },
          ...draft,
          startMs: inSource(found.recording, draft.startMs),
          endMs: draft.endMs === null ? null : inSource(found.recording, draft.endMs),
        });
        const written = await shown(tx, userId, id);
        // The same client-made id on another recording is a mistake of the client's.
        if (written.recordingId !== recordingId) throw new ProblemError('not_found');
        refuseBeyondEnd(written, found.recording.durationMs);
        return written;
      }),

    change: (userId: string, id: string, changes: Partial<Draft>) =>
      database.as(userId, async (tx) => {
        const { startMs, endMs, kind, body, conversationId } = changes;
        const before = await shown(tx, userId, id);
        if (!before.isMine) throw new ProblemError('not_found');
        const start = startMs ?? before.startMs;
        const end = endMs === undefined ? before.endMs : endMs;
        if (end !== null && end <= start) {
          throw new ProblemError('invalid', [
            { path: 'endMs', message: 'A range ends after it starts.' },
          ]);
        }
        const found = await findRecording(tx, before.recordingId);
        if (!found) throw new ProblemError('not_found');
        const changed = await updateAnnotation(tx, id, userId, {
          startMs: startMs === undefined ? undefined : inSource(found.recording, startMs),
          endMs: typeof endMs === 'number' ? inSource(found.recording, endMs) : endMs,
          ...{ kind, body, conversationId },
        });
        if (!changed) throw new ProblemError('not_found');
        const after = await shown(tx, userId, id);
        refuseBeyondEnd(after, found.recording.durationMs);
        return after;
      }),

    takeAway: (userId: string, id: string) =>
      database.as(userId, async (tx) => {
        await shown(tx, userId, id);
        if (!(await updateAnnotation(tx, id, userId, { deletedAt: new Date() }))) {
          throw new ProblemError('not_found');
        }
      }),

    restore: (userId: string, id: string) =>
      database.as(userId, async (tx) => {
        if (!(await updateAnnotation(tx, id, userId, { deletedAt: null }, { isTakenAway: true }))) {
          throw new ProblemError('not_found');
        }
        return shown(tx, userId, id);
      }),

    answer: (
      userId: string,
      id: string,
      { body, clientId = uuidv7() }: { body: string; clientId?: string },
    ) =>
      database.as(userId, async (tx) => {
        await shown(tx, userId, id);
        const answer = { id: uuidv7(), annotationId: id, authorId: userId, clientId, body };
        // The same client-made id on another note is a mistake of the client's.
        if ((await insertReply(tx, answer)) !== id) throw new ProblemError('not_found');
        return shown(tx, userId, id);
      }),

    changeAnswer: (
      userId: string,
      id: string,
      changes: { body?: string; deletedAt?: Date | null },
      options?: { isTakenAway: boolean },
    ) =>
      database.as(userId, async (tx) =>
        shown(tx, userId, await updateReply(tx, id, userId, changes, options)),
      ),
  };
}

/**
 * Refuses a moment after the lesson's end. Asked once the note is accepted (and then undone with it), so
 * that nobody who holds a part of a lesson learns from it how long the whole is.
 */
function refuseBeyondEnd({ startMs, endMs }: Annotation, durationMs: number | null) {
  if (durationMs === null || Math.max(startMs, endMs ?? 0) <= durationMs + roundingMs) return;
  const path = startMs > durationMs + roundingMs ? 'startMs' : 'endMs';
  throw new ProblemError('invalid', [{ path, message: 'The lesson is over by then.' }]);
}

type Shown = Pick<RecordingRow['recording'], 'shownFromMs' | 'shownToMs' | 'durationMs'>;

/** A moment of what is shown in source time; at the very end no further than that is shown. */
function inSource({ shownFromMs, shownToMs }: Shown, ms: number): number {
  const sourceMs = shownFromMs + ms;
  const isAtEnd = shownToMs !== null && sourceMs - shownToMs <= roundingMs;
  return isAtEnd ? Math.min(sourceMs, shownToMs) : sourceMs;
}

/** Whether a note's moment is among what is shown. */
function isShown({ startMs, endMs }: Annotation, { durationMs }: Shown): boolean {
  if (startMs < 0) return false;
  return durationMs === null || Math.max(startMs, endMs ?? 0) <= durationMs + roundingMs;
}

/** The notes as their reader gets them, each with its answers and the names of those who wrote. */
async function present(
  tx: Transaction,
  userId: string,
  { shownFromMs }: Shown,
  notes: AnnotationRow[],
  replies: ReplyRow[],
): Promise<Annotation[]> {
  const names = await namesOf(
    tx,
    [...notes, ...replies].map(({ authorId }) => authorId),
  );
  const written = ({ id, body, authorId, createdAt, updatedAt }: AnnotationRow | ReplyRow) => ({
    id,
    body,
    author: { id: authorId, name: names.get(authorId) ?? '' },
    isMine: authorId === userId,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  });
  const repliesOf = Map.groupBy(replies, ({ annotationId }) => annotationId);
  return notes.map((note) => ({
    ...written(note),
    recordingId: note.recordingId,
    conversationId: note.conversationId,
    startMs: note.startMs - shownFromMs,
    endMs: note.endMs === null ? null : note.endMs - shownFromMs,
    kind: note.kind,
    tags: [],
    replies: (repliesOf.get(note.id) ?? []).map(written),
  }));
}
