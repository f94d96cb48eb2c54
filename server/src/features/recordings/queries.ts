import { trashDays } from '@second-look/core/contract';
import type { Transaction } from '@second-look/infra/database';
import {
  conversation,
  cut,
  grant,
  group,
  person,
  principal,
  processingStep,
  recording,
  source,
  upload,
} from '@second-look/migrations/schema';
import { and, asc, desc, eq, exists, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';

/** A grant that is neither revoked nor expired. */
export const isLive = and(
  isNull(grant.revokedAt),
  or(isNull(grant.expiresAt), gt(grant.expiresAt, sql`now()`)),
);

/** In the trash, and not yet over: what is over may be half deleted, so it must not come back. */
export const isInTrash = gt(recording.deletedAt, sql`now() - make_interval(days => ${trashDays})`);

const principalName = sql<string>`coalesce(${person.name}, ${group.name}, '')`;
export const principalColumns = {
  type: sql<'user' | 'group'>`case when ${principal.userId} is null then 'group' else 'user' end`,
  id: sql<string>`coalesce(${principal.userId}, ${principal.groupId})`,
  name: principalName,
};

export function selectRecordings(tx: Transaction) {
  return tx
    .select({ recording, ownerName: person.name })
    .from(recording)
    .leftJoin(person, eq(person.id, recording.ownerId));
}
export type RecordingRow = Awaited<ReturnType<typeof selectRecordings>>[number];

export async function findRecording(tx: Transaction, id: string) {
  const [row] = await selectRecordings(tx).where(
    and(eq(recording.id, id), isNull(recording.deletedAt)),
  );
  return row;
}

export async function findByClientId(tx: Transaction, ownerId: string, clientId: string) {
  const [row] = await tx
    .select({ id: recording.id })
    .from(recording)
    .where(and(eq(recording.ownerId, ownerId), eq(recording.clientId, clientId)));
  return row?.id;
}

/** The recordings of a page, newest first: those that the scope names, from `before` on. */
export async function listRecordings(
  tx: Transaction,
  userId: string,
  { scope, before, limit }: { scope: 'mine' | 'shared' | 'trash'; before?: string; limit: number },
) {
  const isShared = exists(
    tx
      .select({ one: sql`1` })
      .from(grant)
      .where(
        and(
          eq(grant.recordingId, recording.id),
          inArray(grant.principalId, sql`(select access.my_principals())`),
          isLive,
        ),
      ),
  );
  return selectRecordings(tx)
    .where(
      and(
        scope === 'shared'
          ? and(ne(recording.ownerId, userId), isShared)
          : eq(recording.ownerId, userId),
        // A draft that was given up holds nothing that anybody would want back.
        scope === 'trash'
          ? and(isInTrash, ne(recording.state, 'draft'))
          : isNull(recording.deletedAt),
        before === undefined ? undefined : lt(recording.id, before),
      ),
    )
    .orderBy(desc(recording.id))
    .limit(limit);
}

/** The files of recordings, whole ones and those on their way, in order; only their owners see them. */
export async function listFiles(tx: Transaction, recordingIds: string[]) {
  const whole = await tx
    .select({
      recordingId: source.recordingId,
      part: source.part,
      filename: source.filename,
      sizeBytes: source.sizeBytes,
      receivedBytes: source.sizeBytes,
      isChecked: sql<boolean>`${source.sha256} is not null`,
      isOpened: sql<boolean>`${source.facts} is not null`,
    })
    .from(source)
    .where(inArray(source.recordingId, recordingIds));
  const arriving = await tx
    .select({
      recordingId: upload.recordingId,
      part: upload.part,
      filename: upload.filename,
      sizeBytes: upload.sizeBytes,
      receivedBytes: upload.offsetBytes,
      isChecked: sql<boolean>`false`,
      isOpened: sql<boolean>`false`,
    })
    .from(upload)
    .where(and(inArray(upload.recordingId, recordingIds), isNull(upload.finishedAt)));
  const files = [...whole, ...arriving].sort((one, other) => one.part - other.part);
  return Map.groupBy(files, ({ recordingId }) => recordingId);
}

/** The widest cut that the reader may watch, for each recording; what is published goes before what is not. */
export async function widestCuts(tx: Transaction, recordingIds: string[]) {
  const rows = await tx
    .selectDistinctOn([cut.recordingId], {
      recordingId: cut.recordingId,
      id: cut.id,
      startMs: cut.startMs,
      endMs: cut.endMs,
      publishedAttempt: cut.publishedAttempt,
      hasPicture: sql<boolean>`cut.published_attempt is null or exists (select from rendition r
        where r.cut_id = cut.id and r.attempt = cut.published_attempt and r.kind = 'video')`,
      posterKey: cut.posterKey,
      storyboardKey: cut.storyboardKey,
      waveformKey: cut.waveformKey,
      peaksPerSecond: cut.peaksPerSecond,
    })
    .from(cut)
    .where(inArray(cut.recordingId, recordingIds))
    .orderBy(
      cut.recordingId,
      sql`${cut.publishedAttempt} is null`,
      sql`coalesce(${cut.endMs}, 2147483647) - ${cut.startMs} desc`,
      asc(cut.id),
    );
  return new Map(rows.map((row) => [row.recordingId, row]));
}

/** Who else sees each recording now, for its owner. */
export async function audiences(tx: Transaction, recordingIds: string[]) {
  const rows = await tx
    .select({
      recordingId: grant.recordingId,
      ...principalColumns,
      rights: grant.rights,
      expiresAt: grant.expiresAt,
    })
    .from(grant)
    .innerJoin(principal, eq(principal.id, grant.principalId))
    .leftJoin(person, eq(person.id, principal.userId))
    .leftJoin(group, eq(group.id, principal.groupId))
    .where(and(inArray(grant.recordingId, recordingIds), isLive))
    .orderBy(asc(grant.id));
  return Map.groupBy(rows, (row) => row.recordingId);
}

/** The live grants by which the reader sees each recording. */
export async function heldGrants(tx: Transaction, recordingIds: string[]) {
  const rows = await tx
    .select({
      recordingId: grant.recordingId,
      rights: grant.rights,
      expiresAt: grant.expiresAt,
    })
    .from(grant)
    .where(
      and(
        inArray(grant.recordingId, recordingIds),
        inArray(grant.principalId, sql`(select access.my_principals())`),
        isLive,
      ),
    );
  return Map.groupBy(rows, (row) => row.recordingId);
}

/**
 * The conversations on a recording that the reader takes part in, with what the live grants behind each
 * allow: `null` where none is left.
 */
export async function listConversations(tx: Transaction, recordingId: string) {
  const talks = await tx
    .select({
      id: conversation.id,
      principalId: conversation.principalId,
      principal: principalColumns,
      hasNotes: sql<boolean>`exists (select from annotation a where a.recording_id = ${conversation.recordingId}
        and a.conversation_id = ${conversation.id} and a.deleted_at is null)`,
    })
    .from(conversation)
    .innerJoin(principal, eq(principal.id, conversation.principalId))
    .leftJoin(person, eq(person.id, principal.userId))
    .leftJoin(group, eq(group.id, principal.groupId))
    .where(eq(conversation.recordingId, recordingId))
    .orderBy(asc(conversation.createdAt), asc(conversation.id));
  const grants = await tx
    .select({ principalId: grant.principalId, rights: grant.rights })
    .from(grant)
    .where(and(eq(grant.recordingId, recordingId), isLive));
  return talks.map((talk) => {
    const behind = grants.filter(({ principalId }) => principalId === talk.principalId);
    return { ...talk, rights: behind.length > 0 ? behind.flatMap(({ rights }) => rights) : null };
  });
}

export function insertRecording(tx: Transaction, row: typeof recording.$inferInsert) {
  // Only the columns that the role may write: defaults are the database's.
  return tx.execute(sql`
    insert into recording (id, owner_id, client_id, title, subject, phase, year_group, class_name, lesson_date, parts, copy_of)
    values (${row.id}, ${row.ownerId}, ${row.clientId}, ${row.title}, ${row.subject ?? null}, ${row.phase ?? null},
      ${row.yearGroup ?? null}, ${row.className ?? null}, ${row.lessonDate ?? null}, ${row.parts ?? 1},
      ${row.copyOf ?? null})
    on conflict (owner_id, client_id) do nothing`);
}

const places = { out: isNull(recording.deletedAt), trash: isInTrash, anywhere: undefined };

/**
 * @param place where the recording has to be: `out` of the trash, in the `trash`, or `anywhere`
 * @returns whether a recording of the person's was changed
 */
export async function updateRecording(
  tx: Transaction,
  id: string,
  changes: Partial<typeof recording.$inferInsert>,
  place: keyof typeof places = 'out',
): Promise<boolean> {
  const rows = await tx
    .update(recording)
    .set({ ...changes, updatedAt: sql`now()` })
    .where(and(eq(recording.id, id), places[place]))
    .returning({ id: recording.id });
  return rows.length > 0;
}

/** What makes a step pending once more, as often to be tried as at first. */
export const reopened = {
  state: 'pending',
  reopenedAfter: sql`${processingStep.attempt}`,
  errorCode: null,
  errorLog: null,
  updatedAt: sql`now()`,
} as const;

/** Makes the steps that failed pending once more. @returns each with what the queue wants to know */
export function reopenSteps(tx: Transaction, recordingId: string) {
  return tx
    .update(processingStep)
    .set(reopened)
    .where(
      and(
        eq(processingStep.recordingId, recordingId),
        eq(processingStep.state, 'failed'),
        ne(processingStep.kind, 'piece'),
      ),
    )
    .returning({ id: processingStep.id, kind: processingStep.kind, turn: processingStep.turn });
}
