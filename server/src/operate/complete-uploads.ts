import { type Config, roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import { upload } from '@second-look/migrations/schema';
import { and, eq, inArray, isNotNull } from 'drizzle-orm';

/** Ids of recordings, by what became of their uploads. */
export interface Completed {
  completed: string[];
  /** Bytes of theirs are not in the store. */
  lost: string[];
  /** The store did not do it this time. */
  refused: string[];
}

/**
 * Completes what arrived whole and that nobody could complete then, because the store did not answer.
 * @param recordingIds of these recordings; of all without
 */
export async function completeUploads(
  config: Config,
  store: ObjectStore,
  recordingIds?: string[],
): Promise<Completed> {
  const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), { max: 1 });
  try {
    const arrived = await database.plain
      .select({
        id: upload.id,
        recordingId: upload.recordingId,
        objectKey: upload.objectKey,
        growth: upload.growth,
      })
      .from(upload)
      .where(
        and(
          isNotNull(upload.finishedAt),
          isNotNull(upload.growth),
          recordingIds && inArray(upload.recordingId, recordingIds),
        ),
      );
    const done: Completed = { completed: [], lost: [], refused: [] };
    for (const { id, recordingId, objectKey, growth } of arrived) {
      if (!growth) continue;
      try {
        await store.complete(objectKey, growth);
      } catch (error) {
        (error instanceof ObjectMissing ? done.lost : done.refused).push(recordingId);
        continue;
      }
      await database.plain.update(upload).set({ growth: null }).where(eq(upload.id, id));
      done.completed.push(recordingId);
    }
    return done;
  } finally {
    await database.close();
  }
}
