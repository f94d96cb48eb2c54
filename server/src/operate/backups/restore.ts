import type { Config } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import { migrate } from '@second-look/migrations/migrate';
import { prepareDatabase, refuseFullStore } from './empty-place.ts';
import { type Manifest, objectsPath } from './folder.ts';
import { loadRows, type SetGoing } from './load.ts';
import { inOrder, type ListedObject, readObjects } from './object-list.ts';
import { copyObject } from './objects.ts';
import { tallyOf } from './tally.ts';
import { refuseNewer, verifyRows } from './verify.ts';

export interface Restored extends SetGoing {
  objects: number;
  sizeBytes: number;
  /** Keys of objects that the backup folder lacks or holds damaged. */
  damaged: string[];
  /** Migrations of this release that the backup had not seen. */
  migrations: string[];
}

/**
 * Restores a backup into an empty database and an empty store. Begun again after it was cut short, it goes on
 * with the objects that are there. Rows come all at once, after the objects that they name.
 * @param place.adminUrl the database as somebody who may make roles in it
 * @param backup the folder of the backup
 * @param objects those of the backup's folder
 * @throws OperatorProblem where the place is not empty, or the backup's rows are damaged or too new
 */
export async function restoreBackup(
  place: { config: Config; adminUrl: string; store: ObjectStore },
  backup: string,
  manifest: Manifest,
  objects: ObjectStore,
): Promise<Restored> {
  const { config, adminUrl, store } = place;
  await refuseNewer(backup, manifest);
  await verifyRows(backup, manifest);
  await prepareDatabase(adminUrl, config);
  await refuseFullStore(store, objects);
  const put = await putObjects(objects, store, backup);
  const shape = { adminUrl, databaseUrl: config.databaseUrl, secret: config.secret };
  // Exactly these: a file with an earlier number may have come later.
  await migrate(shape, { files: manifest.migrations });
  const going = await loadRows(config, backup, manifest);
  const migrations = await migrate(shape);
  return { ...put, ...going, migrations };
}

async function putObjects(objects: ObjectStore, store: ObjectStore, backup: string) {
  const sum = { objects: 0, sizeBytes: 0, damaged: [] as string[] };
  const listed = readObjects(objectsPath(backup));
  const puts = inOrder(listed, async (object) => ({
    object,
    isWhole: await putObject(objects, store, object),
  }));
  for await (const { object, isWhole } of puts) {
    if (isWhole) {
      sum.objects += 1;
      sum.sizeBytes += object.sizeBytes;
    } else sum.damaged.push(object.key);
  }
  return sum;
}

/** @returns whether the object is in the store, and the same that it was */
export async function putObject(objects: ObjectStore, store: ObjectStore, listed: ListedObject) {
  const { key, sizeBytes, sha256 } = listed;
  // A restore that was cut short put it there, or somebody else something of the same size.
  if ((await store.size(key)) === sizeBytes)
    if ((await tallyOf(store.pieces(key))).sha256 === sha256) return true;
  if ((await objects.size(key)) !== sizeBytes) return false;
  const tally = await copyObject(objects, store, key);
  const isWhole = tally.sha256 === sha256 && (await store.size(key)) === sizeBytes;
  if (!isWhole) await store.delete(key);
  return isWhole;
}
