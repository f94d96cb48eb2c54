import type { Transaction } from '@second-look/infra/database';
import { annotation, person, recording, reply } from '@second-look/migrations/schema';
import { and, asc, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';

async function selectAnnotations(tx: Transaction, condition: SQL | undefined) {
  return tx
    .select({ annotation, authorName: person.name })
    .from(annotation)
    .innerJoin(
      recording,
      and(eq(recording.id, annotation.recordingId), isNull(recording.deletedAt)),
    )
    .leftJoin(person, eq(person.id, annotation.authorId))
    .where(condition)
    .orderBy(asc(annotation.startMs), asc(annotation.id));
}
export type AnnotationRow = Awaited<ReturnType<typeof selectAnnotations>>[number];

export function listAnnotations(tx: Transaction, recordingId: string) {
  return selectAnnotations(
    tx,
    and(eq(annotation.recordingId, recordingId), isNull(annotation.deletedAt)),
  );
}

export async function findAnnotation(tx: Transaction, id: string) {
  const [row] = await selectAnnotations(
    tx,
    and(eq(annotation.id, id), isNull(annotation.deletedAt)),
  );
  return row;
}

export async function listReplies(tx: Transaction, annotationIds: string[]) {
  if (annotationIds.length === 0) return new Map<string, never[]>();
  const rows = await tx
    .select({ reply, authorName: person.name })
    .from(reply)
    .leftJoin(person, eq(person.id, reply.authorId))
    .where(and(inArray(reply.annotationId, annotationIds), isNull(reply.deletedAt)))
    .orderBy(asc(reply.id));
  return Map.groupBy(rows, (row) => row.reply.annotationId);
}
export type ReplyRow =
  Awaited<ReturnType<typeof listReplies>> extends Map<string, (infer R)[]>
    ? Exclude<R, undefined>
    : never;

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
