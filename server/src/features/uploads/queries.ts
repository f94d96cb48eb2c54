import type { Transaction } from '@second-look/infra/database';
import type { Growth } from '@second-look/infra/object-store';
import { recording, upload } from '@second-look/migrations/schema';
import { and, eq, gt, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';

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

/** Locks the recording's row, so that two requests cannot both begin its upload. */
export async function lockRecording(tx: Transaction, recordingId: string, ownerId: string) {
  const [row] = await tx
    .select({ id: recording.id, state: recording.state })
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

export function findUnfinished(tx: Transaction, recordingId: string) {
  return findOpen(tx, recordingId, isNull(upload.cancelledAt));
}

/** The upload of a recording that was given up, and whose bytes are not all gone yet. */
export function findCancelled(tx: Transaction, recordingId: string) {
  return findOpen(tx, recordingId, isNotNull(upload.cancelledAt));
}

async function findOpen(tx: Transaction, recordingId: string, condition: SQL) {
  const [row] = await tx
    .select()
    .from(upload)
    .where(and(eq(upload.recordingId, recordingId), isNull(upload.finishedAt), condition));
  return row;
}

export async function insertUpload(
  tx: Transaction,
  row: Pick<
    typeof upload.$inferInsert,
    'id' | 'recordingId' | 'filename' | 'contentType' | 'sizeBytes' | 'objectKey'
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

/** What follows from a finished upload: the source, the cut that is the whole, and the work on it. */
export async function insertSource(
  tx: Transaction,
  finished: typeof upload.$inferSelect,
  ids: { sourceId: string; cutId: string; stepId: string },
) {
  await tx.execute(sql`
    insert into source (id, recording_id, object_key, filename, content_type, size_bytes)
    values (${ids.sourceId}, ${finished.recordingId}, ${finished.objectKey}, ${finished.filename},
      ${finished.contentType}, ${finished.sizeBytes})`);
  await tx.execute(sql`
    insert into cut (id, recording_id, start_ms) values (${ids.cutId}, ${finished.recordingId}, 0)`);
  await tx.execute(sql`
    insert into processing_step (id, recording_id, cut_id, kind)
    values (${ids.stepId}, ${finished.recordingId}, ${ids.cutId}, 'prepare')`);
}
