import type { Transaction } from '@second-look/infra/database';
import { annotation, recording, reply } from '@second-look/migrations/schema';
import { and, asc, eq, getTableColumns, isNotNull, isNull, sql } from 'drizzle-orm';

export type AnnotationRow = typeof annotation.$inferSelect;
export type ReplyRow = typeof reply.$inferSelect;

/** The notes of a recording that the person may read: the database is asked once, not about each. */
export function listAnnotations(tx: Transaction, recordingId: string): Promise<AnnotationRow[]> {
  const notes = tx
    .$with('notes', getTableColumns(annotation))
    .as(sql`select * from access.notes_of(${recordingId})`);
  return tx
    .with(notes)
    .select()
    .from(notes)
    .where(isNull(notes.deletedAt))
    .orderBy(asc(notes.startMs), asc(notes.id));
}

export async function findAnnotation(
  tx: Transaction,
  id: string,
): Promise<AnnotationRow | undefined> {
  const [row] = await tx
    .select(getTableColumns(annotation))
    .from(annotation)
    .innerJoin(
      recording,
      and(eq(recording.id, annotation.recordingId), isNull(recording.deletedAt)),
    )
    .where(and(eq(annotation.id, id), isNull(annotation.deletedAt)));
  return row;
}

/** The answers to a recording's notes, asked for as those are. */
export function listReplies(tx: Transaction, recordingId: string): Promise<ReplyRow[]> {
  const answers = tx
    .$with('answers', getTableColumns(reply))
    .as(sql`select * from access.answers_of(${recordingId})`);
  return tx
    .with(answers)
    .select()
    .from(answers)
    .where(isNull(answers.deletedAt))
    .orderBy(asc(answers.id));
}

export function findReplies(tx: Transaction, annotationId: string): Promise<ReplyRow[]> {
  return tx
    .select()
    .from(reply)
    .where(and(eq(reply.annotationId, annotationId), isNull(reply.deletedAt)))
    .orderBy(asc(reply.id));
}

type NewAnnotation = Pick<
  typeof annotation.$inferInsert,
  | 'id'
  | 'recordingId'
  | 'conversationId'
  | 'authorId'
  | 'clientId'
  | 'startMs'
  | 'endMs'
  | 'kind'
  | 'body'
>;

/** Writes a note, unless its author has written it already. @returns the id of what is there now */
export async function insertAnnotation(tx: Transaction, note: NewAnnotation): Promise<string> {
  const written = await tx.execute<{ id: string }>(sql`
    insert into annotation (id, recording_id, conversation_id, author_id, client_id, start_ms, end_ms, kind, body)
    values (${note.id}, ${note.recordingId}, ${note.conversationId}, ${note.authorId}, ${note.clientId},
      ${note.startMs}, ${note.endMs}, ${note.kind}, ${note.body})
    on conflict (author_id, client_id) do nothing
    returning id`);
  if (written.rows[0]) return written.rows[0].id;
  const [row] = await tx
    .select({ id: annotation.id })
    .from(annotation)
    .where(and(eq(annotation.authorId, note.authorId), eq(annotation.clientId, note.clientId)));
  return row?.id ?? '';
}

/** Taking away and bringing back change no word, so they do not count as editing. */
function edited(changes: object) {
  return 'deletedAt' in changes ? undefined : sql`now()`;
}

/** @returns whether a note of the person's was changed */
export async function updateAnnotation(
  tx: Transaction,
  id: string,
  authorId: string,
  changes: Partial<typeof annotation.$inferInsert>,
  { isTakenAway = false } = {},
): Promise<boolean> {
  const rows = await tx
    .update(annotation)
    .set({ ...changes, updatedAt: edited(changes) })
    .where(
      and(
        eq(annotation.id, id),
        eq(annotation.authorId, authorId),
        isTakenAway ? isNotNull(annotation.deletedAt) : isNull(annotation.deletedAt),
      ),
    )
    .returning({ id: annotation.id });
  return rows.length > 0;
}

/** Writes an answer, unless its author has written it already. @returns the note that it is on now, if the author sees it */
export async function insertReply(
  tx: Transaction,
  answer: { id: string; annotationId: string; authorId: string; clientId: string; body: string },
): Promise<string | undefined> {
  const written = await tx.execute(sql`
    insert into reply (id, annotation_id, author_id, client_id, body)
    values (${answer.id}, ${answer.annotationId}, ${answer.authorId}, ${answer.clientId}, ${answer.body})
    on conflict (author_id, client_id) do nothing
    returning id`);
  if (written.rows[0]) return answer.annotationId;
  const [row] = await tx
    .select({ annotationId: reply.annotationId })
    .from(reply)
    .where(and(eq(reply.authorId, answer.authorId), eq(reply.clientId, answer.clientId)));
  return row?.annotationId;
}

/** @returns the id of the note that was answered, or `undefined` where the person has no such answer */
export async function updateReply(
  tx: Transaction,
  id: string,
  authorId: string,
  changes: { body?: string; deletedAt?: Date | null },
  { isTakenAway = false } = {},
) {
  const [row] = await tx
    .update(reply)
    .set({ ...changes, updatedAt: edited(changes) })
    .where(
      and(
        eq(reply.id, id),
        eq(reply.authorId, authorId),
        isTakenAway ? isNotNull(reply.deletedAt) : isNull(reply.deletedAt),
      ),
    )
    .returning({ annotationId: reply.annotationId });
  return row?.annotationId;
}
