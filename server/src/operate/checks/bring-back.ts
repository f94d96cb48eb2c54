import { join } from 'node:path';
import type { ObjectStore } from '@second-look/infra/object-store';
import { listBackups, objectsPath, openObjects } from '../backups/folder.ts';
import type { NamedObject } from '../backups/named-objects.ts';
import { readObjects } from '../backups/object-list.ts';
import { putObject } from '../backups/restore.ts';
import { hasWholeList } from '../backups/verify.ts';
import { OperatorProblem } from '../command.ts';

/**
 * Puts into the store what it misses and a folder of backups has, whichever of them lists it: an object never
 * changes under its key.
 * @returns how many objects are there now
 * @throws OperatorProblem where there is no backup in the folder
 */
export async function bringBack(
  folder: string,
  store: ObjectStore,
  missing: NamedObject[],
): Promise<number> {
  const names = await listBackups(folder);
  if (names.length === 0)
    throw new OperatorProblem(
      `There is no finished backup in ${folder}: name the folder that was given to second-look backup.`,
    );
  const objects = await openObjects(folder);
  const wanted = new Map(missing.map((named) => [named.key, named]));
  for (const backup of names.reverse().map((name) => join(folder, name))) {
    if (wanted.size === 0) break;
    if (!(await hasWholeList(backup))) continue;
    for await (const listed of readObjects(objectsPath(backup))) {
      const named = wanted.get(listed.key);
      if (!named || (named.sizeBytes ?? listed.sizeBytes) !== listed.sizeBytes) continue;
      if ((named.sha256 ?? listed.sha256) !== listed.sha256) continue;
      if (await putObject(objects, store, listed)) wanted.delete(listed.key);
    }
  }
  return missing.length - wanted.size;
}
