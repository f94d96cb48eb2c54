import type { Transaction } from '@second-look/infra/database';
import { processingStep, recording } from '@second-look/migrations/schema';
import { and, inArray, isNull, ne, sql } from 'drizzle-orm';
import { reopened } from '../features/recordings/queries.ts';

/**
 * Has recordings prepared again, from what was uploaded; what can be watched now can be until the new is
 * there. Those in the trash, and those without a video, are left as they are.
 * @param tx works as the role `worker`
 * @returns the steps that wait now
 */
export async function prepareAgain(
  tx: Transaction,
  recordingIds: string[],
): Promise<{ id: string; recordingId: string }[]> {
  if (recordingIds.length === 0) return [];
  const live = tx
    .select({ id: recording.id })
    .from(recording)
    .where(and(inArray(recording.id, recordingIds), isNull(recording.deletedAt)));
  // Its first step plans the others anew.
  await tx
    .delete(processingStep)
    .where(and(inArray(processingStep.recordingId, live), ne(processingStep.kind, 'prepare')));
  const steps = await tx
    .update(processingStep)
    // Looked into anew: another ffmpeg may find more in it.
    .set({ ...reopened, version: 0 })
    .where(inArray(processingStep.recordingId, live))
    .returning({ id: processingStep.id, recordingId: processingStep.recordingId });
  if (steps.length === 0) return [];
  await tx
    .update(recording)
    .set({ state: 'processing', progress: 0, failureCode: null, updatedAt: sql`now()` })
    .where(
      inArray(
        recording.id,
        steps.map(({ recordingId }) => recordingId),
      ),
    );
  return steps;
}
