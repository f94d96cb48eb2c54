import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import { version } from '@second-look/infra/version';
import { completeUploads } from '../complete-uploads.ts';
import {
  beginBackup,
  finishBackup,
  listBackups,
  type Manifest,
  objectsPath,
  openObjects,
  prepareFolder,
  rowsPath,
} from './folder.ts';
import { namedObjectsQuery } from './named-objects.ts';
import { type ListedObject, readObjects } from './object-list.ts';
import { type CopiedObjects, copyNamedObjects } from './objects.ts';
import { asOwner, holdDeletions } from './owner.ts';
import { copyOut } from './rows.ts';
import { allRows, isPassing, readTables } from './tables.ts';
import { tallyOf } from './tally.ts';
import { hasWholeList } from './verify.ts';

export interface TakenBackup {
  /** Its folder. */
  path: string;
  manifest: Manifest;
  objects: CopiedObjects;
}

/**
 * Takes a backup while the product runs: the rows as they are at one moment, and every object that they
 * name. While it copies nothing is deleted for good; everything else goes on.
 * @param folder holds any number of backups, and each object once
 * @param afterwards what else nobody may do meanwhile who backs up the same database, from another machine say
 * @returns what that gave
 */
export async function takeBackup<T>(
  config: Config,
  store: ObjectStore,
  folder: string,
  afterwards: (taken: TakenBackup) => Promise<T>,
): Promise<T> {
  const held = await holdDeletions(config);
  try {
    await prepareFolder(folder);
    const { draft, named, ...rows } = await copyRows(config, folder);
    // What arrived whole is a lesson from then on, whether the store was there to complete it or not.
    // A database of an earlier release cannot be told of it.
    if (rows.migrations.includes('0009_completed_uploads.sql'))
      await completeUploads(config, store);
    const list = objectsPath(draft);
    const target = await openObjects(folder);
    const earlier = newestList(folder);
    const objects = await copyNamedObjects(store, target, { named, list, earlier });
    await held.check();
    await rm(named);
    const { sha256 } = await tallyOf(createReadStream(list));
    const { count, sizeBytes, missing, damaged } = objects;
    const manifest: Omit<Manifest, 'format'> = {
      product: version,
      ...rows,
      objects: { count, sizeBytes, missing, damaged, sha256 },
    };
    const path = await finishBackup(draft, manifest);
    return await afterwards({ path, manifest: { format: 1, ...manifest }, objects });
  } finally {
    await held.release();
  }
}

/** Copies the rows of every table as they are at one moment, and what objects they name then. */
function copyRows(config: Config, folder: string) {
  return asOwner(config, 'begin isolation level repeatable read, read only', async (client) => {
    const tables = (await readTables(client)).filter((table) => !isPassing(table));
    const { rows } = await client.query<{ now: Date; migrations: string[] }>(
      'select now(), array(select name from migration.applied order by name) as migrations',
    );
    const [{ now, migrations } = { now: new Date(), migrations: [] }] = rows;
    const draft = await beginBackup(folder, now);
    const copied: Manifest['tables'] = [];
    for (const table of tables) {
      const { schema, name, columns } = table;
      const query = allRows(table, columns);
      const { rows, sha256 } = await copyOut(client, query, rowsPath(draft, table));
      copied.push({ schema, name, columns, rows, sha256 });
    }
    const named = join(draft, 'named.tsv');
    await copyOut(client, await namedObjectsQuery(client), named);
    return { draft, named, takenAt: now.toISOString(), migrations, tables: copied };
  });
}

/** The objects of the newest backup that is there; none where its list cannot be trusted. */
async function* newestList(folder: string): AsyncGenerator<ListedObject> {
  const newest = (await listBackups(folder)).at(-1);
  if (newest === undefined || !(await hasWholeList(join(folder, newest)))) return;
  yield* readObjects(objectsPath(join(folder, newest)));
}
