import { type Config, roleUrl } from '@second-look/infra/config';
import { type Growth, ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import pg from 'pg';

/** Ids of recordings, by what became of their uploads. */
export interface Completed {
  completed: string[];
  /** Bytes of theirs are not in the store. */
  lost: string[];
  /** The store did not do it this time. */
  refused: string[];
}

interface Arrived {
  id: string;
  recordingId: string;
  objectKey: string;
  growth: Growth;
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
  const pool = new pg.Pool({
    connectionString: roleUrl(config.databaseUrl, config.secret, 'worker'),
    max: 1,
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks while the store is at work is told by the next query.
  pool.on('error', () => {});
  try {
    const { rows: arrived } = await pool.query<Arrived>(
      `select id, recording_id as "recordingId", object_key as "objectKey", growth from upload
       where finished_at is not null and growth is not null and ($1::uuid[] is null or recording_id = any ($1))`,
      [recordingIds],
    );
    const done: Completed = { completed: [], lost: [], refused: [] };
    for (const { id, recordingId, objectKey, growth } of arrived) {
      try {
        await store.complete(objectKey, growth);
      } catch (error) {
        (error instanceof ObjectMissing ? done.lost : done.refused).push(recordingId);
        continue;
      }
      await pool.query('update upload set growth = null where id = $1', [id]);
      done.completed.push(recordingId);
    }
    return done;
  } finally {
    await pool.end();
  }
}
