import { type Config, roleUrl } from '@second-look/infra/config';
import { mayDeleteObjects, openDatabase, type Transaction } from '@second-look/infra/database';
import type { ObjectStore } from '@second-look/infra/object-store';
import { processingStep, recording, upload } from '@second-look/migrations/schema';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { namedObjectsQuery } from '../backups/named-objects.ts';
import { asOwner } from '../backups/owner.ts';
import { type Completed, completeUploads } from '../complete-uploads.ts';
import { prepareAgain } from '../prepare-again.ts';
import type { Findings } from './look.ts';

/** As many keys as are deleted in one go. */
const batch = 1_000;

export interface Mended {
  uploads: Completed;
  /** Whether all that no row names is deleted: nothing is, while a backup is at work. */
  isAllDeleted: boolean;
}

/**
 * Does about each finding what can be done without its owner.
 * @param isLossAccepted whether owners are told also of what is lost while it can still be watched
 */
export async function mend(
  config: Config,
  store: ObjectStore,
  findings: Findings,
  isLossAccepted: boolean,
): Promise<Mended> {
  const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), { max: 1 });
  try {
    const isAllDeleted = await database.plain.transaction(async (tx) => {
      if (!(await mayDeleteObjects(tx))) return false;
      for (let from = 0; from < findings.orphans.length; from += batch)
        await deleteUnnamed(config, store, findings.orphans.slice(from, from + batch));
      return true;
    });
    const { uncompleted, unmade, returned, lost } = findings;
    const unsourced = isLossAccepted ? findings.unsourced : [];
    const uploads = await completeUploads(config, store, uncompleted);
    await database.plain.transaction((tx) =>
      prepareAgain(tx, [...unmade, ...returned, ...uploads.completed]),
    );
    await database.plain.transaction((tx) => giveUp(tx, [...lost, ...uploads.lost]));
    await database.plain.transaction((tx) => giveUp(tx, unsourced, { isPlayable: true }));
    await database.plain.transaction((tx) => beginAnew(tx, store, findings.brokenUploads));
    return { uploads, isAllDeleted: isAllDeleted || findings.orphans.length === 0 };
  } finally {
    await database.close();
  }
}

/** Deletes objects that still nobody names: rows may have changed since they were looked at. */
async function deleteUnnamed(config: Config, store: ObjectStore, keys: string[]) {
  const named = await asOwner(config, 'begin', async (client) => {
    const query = `select key from (${await namedObjectsQuery(client)}) n where key = any ($1)`;
    return (await client.query<{ key: string }>(query, [keys])).rows.map(({ key }) => key);
  });
  await store.deleteMany(keys.filter((key) => !named.includes(key)));
}

/** Says to the owners of recordings that what they uploaded is gone, and ends what was to be made of it. */
async function giveUp(
  tx: Transaction,
  recordingIds: string[],
  { isPlayable } = { isPlayable: false },
) {
  if (recordingIds.length === 0) return;
  const failureCode = 'source_missing';
  await tx
    .update(processingStep)
    .set({ state: 'failed', errorCode: failureCode, updatedAt: sql`now()` })
    .where(inArray(processingStep.recordingId, recordingIds));
  await tx
    .update(recording)
    .set({
      state: 'failed',
      playable: isPlayable,
      progress: null,
      failureCode,
      updatedAt: sql`now()`,
    })
    .where(inArray(recording.id, recordingIds));
}

/** Lets owners upload anew what lost bytes on its way. */
async function beginAnew(tx: Transaction, store: ObjectStore, uploadIds: string[]) {
  if (uploadIds.length === 0) return;
  const gone = await tx.delete(upload).where(inArray(upload.id, uploadIds)).returning({
    recordingId: upload.recordingId,
    objectKey: upload.objectKey,
    growth: upload.growth,
  });
  const ids = gone.map(({ recordingId }) => recordingId);
  await tx
    .update(recording)
    .set({ state: 'draft', progress: null, updatedAt: sql`now()` })
    .where(
      and(
        inArray(recording.id, ids),
        eq(recording.state, 'uploading'),
        // Of a lesson that comes in several files, others may have arrived.
        sql`not exists (select from source s where s.recording_id = ${recording.id})`,
      ),
    );
  // While the rows are held: parts in S3 are seen by nobody who does not know of their upload.
  for (const { objectKey, growth } of gone)
    await store.abandon(objectKey, growth ?? { sizeBytes: 0 });
}
