import type { Transaction } from '@second-look/infra/database';
import type { Growth } from '@second-look/infra/object-store';
import { recording, source, upload } from '@second-look/migrations/schema';
import { and, count, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm';

/** How long a request may append without a sign of life; after a crash, the next one waits this long. */
export const leaseSeconds = 15;

export async function findUpload(tx: Transaction, id: string) {
  const [row] = await tx
    .select({ upload, recordingState: recording.state })
    .from(upload)
    .innerJoin(recording, and(eq(recording.id, upload.recordingId), isNull(recording.deletedAt)))
    .where(and(eq(upload.id, id), isNull(upload.cancelledAt)));
  return row?.upload;
}

/** Locks the recording's row, so that of two requests one sees what the other did. */
export async function lockRecording(tx: Transaction, recordingId: string, ownerId: string) {
  const [row] = await tx
    .select({ id: recording.id, state: recording.state, parts: recording.parts })
    .from(recording)
    .where(
      and(
        eq(recording.id, recordingId),
        eq(recording.ownerId, ownerId),
        isNull(recording.deletedAt),
      ),
    )
    .for('update');
  return row;
}

/** One of the files that a recording comes in. */
export interface Part {
  recordingId: string;
  /** Counted from 0. */
  part: number;
}

/** The upload of a part that is under way. */
export async function findUnfinished(tx: Transaction, { recordingId, part }: Part) {
  const isOpen = and(isNull(upload.finishedAt), isNull(upload.cancelledAt));
  const isOfPart = and(eq(upload.recordingId, recordingId), eq(upload.part, part));
  const [row] = await tx.select().from(upload).where(and(isOfPart, isOpen));
  return row;
}

/** The uploads of a recording that were given up, and whose bytes are not all gone yet. */
export function findCancelled(tx: Transaction, recordingId: string) {
  const isGivenUp = and(isNull(upload.finishedAt), isNotNull(upload.cancelledAt));
  return tx
    .select()
    .from(upload)
    .where(and(eq(upload.recordingId, recordingId), isGivenUp));
}

/** Whether there is anything of any of its files. */
export async function isBegun(tx: Transaction, recordingId: string): Promise<boolean> {
  const { rowCount } = await tx.execute(sql`
    select from upload where recording_id = ${recordingId} and finished_at is null
    union all select from source where recording_id = ${recordingId} limit 1`);
  return rowCount === 1;
}

/** How many bytes all files of a recording have or will have that were begun. */
export async function sizeOfFiles(tx: Transaction, recordingId: string): Promise<number> {
  const { rows } = await tx.execute<{ bytes: string }>(sql`
    select coalesce(sum(size_bytes), 0) as bytes from (
      select size_bytes from source where recording_id = ${recordingId}
      union all select size_bytes from upload where recording_id = ${recordingId} and finished_at is null) files`);
  return Number(rows[0]?.bytes ?? 0);
}

/** Whether a part is here, all of it. */
export async function hasArrived(tx: Transaction, { recordingId, part }: Part): Promise<boolean> {
  const isOfPart = and(eq(source.recordingId, recordingId), eq(source.part, part));
  const rows = await tx.select({ id: source.id }).from(source).where(isOfPart);
  return rows.length > 0;
}

export async function insertUpload(
  tx: Transaction,
  row: Pick<
    typeof upload.$inferInsert,
    'id' | 'recordingId' | 'part' | 'filename' | 'contentType' | 'sizeBytes' | 'objectKey'
  >,
) {
  await tx.insert(upload).values(row);
}

/** Takes the lease, unless somebody holds it; `absent` where the person has no such upload. */
export async function takeLease(tx: Transaction, id: string, leaseId: string) {
  const [row] = await tx
    .select({ isHeld: sql<boolean>`coalesce(${upload.leaseUntil} > now(), false)` })
    .from(upload)
    .where(eq(upload.id, id))
    .for('update');
  if (!row) return 'absent';
  if (row.isHeld) return 'held';
  await tx
    .update(upload)
    .set({ leaseId, leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})` })
    .where(eq(upload.id, id));
  return 'taken';
}

/** Keeps the lease and, where given, remembers how far the upload is. @returns whether the lease was still held */
export async function keepLease(
  tx: Transaction,
  id: string,
  leaseId: string,
  growth?: Growth,
): Promise<boolean> {
  const rows = await tx
    .update(upload)
    .set({
      leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
      ...(growth && { offsetBytes: growth.sizeBytes, growth, updatedAt: sql`now()` }),
    })
    .where(and(eq(upload.id, id), eq(upload.leaseId, leaseId), gt(upload.leaseUntil, sql`now()`)))
    .returning({ id: upload.id });
  return rows.length > 0;
}

export async function releaseLease(tx: Transaction, id: string, leaseId: string) {
  await tx
    .update(upload)
    .set({ leaseId: null, leaseUntil: null })
    .where(and(eq(upload.id, id), eq(upload.leaseId, leaseId)));
}

/** Says that an upload is given up; from here on nobody finds it, and the sweep goes on with it. */
export async function cancelUpload(tx: Transaction, id: string) {
  await tx
    .update(upload)
    .set({ cancelledAt: sql`now()`, updatedAt: sql`now()` })
    .where(and(eq(upload.id, id), isNull(upload.finishedAt)));
}

/** @returns whether it was still there */
export async function deleteUpload(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.delete(upload).where(eq(upload.id, id)).returning({ id: upload.id });
  return rows.length > 0;
}

/** Says that an upload's object is whole in the store. */
export async function forgetGrowth(tx: Transaction, id: string) {
  await tx.update(upload).set({ growth: null }).where(eq(upload.id, id));
}

/** Marks an upload finished, unless it was before. */
export async function finishUpload(tx: Transaction, id: string) {
  const [row] = await tx
    .update(upload)
    .set({ finishedAt: sql`now()`, updatedAt: sql`now()` })
    .where(
      and(eq(upload.id, id), isNull(upload.finishedAt), eq(upload.offsetBytes, upload.sizeBytes)),
    )
    .returning();
  return row;
}

/**
 * Locks the recording's row, against others that do so: writing an upload twice in one transaction has held
 * its key already. @returns how many files it comes in
 */
export async function lockParts(tx: Transaction, recordingId: string): Promise<number> {
  const [row] = await tx
    .select({ parts: recording.parts })
    .from(recording)
    .where(eq(recording.id, recordingId))
    .for('no key update');
  return row?.parts ?? 1;
}

/** Makes a finished upload one of the recording's files. @returns how many there are now */
export async function insertSource(
  tx: Transaction,
  sourceId: string,
  { recordingId, objectKey, filename, contentType, sizeBytes, part }: typeof upload.$inferSelect,
): Promise<number> {
  await tx.execute(sql`
    insert into source (id, recording_id, object_key, filename, content_type, size_bytes, part)
    values (${sourceId}, ${recordingId}, ${objectKey}, ${filename}, ${contentType}, ${sizeBytes}, ${part})`);
  const [row] = await tx
    .select({ files: count() })
    .from(source)
    .where(eq(source.recordingId, recordingId));
  return row?.files ?? 0;
}

/** What follows when all files are here: the cut that is the whole, and the work on it. */
export async function insertWork(
  tx: Transaction,
  recordingId: string,
  { cutId, stepId }: { cutId: string; stepId: string },
) {
  await tx.execute(sql`
    insert into cut (id, recording_id, start_ms) values (${cutId}, ${recordingId}, 0)`);
  await tx.execute(sql`
    insert into processing_step (id, recording_id, cut_id, kind)
    values (${stepId}, ${recordingId}, ${cutId}, 'prepare')`);
}
