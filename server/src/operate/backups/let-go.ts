import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorProblem } from '../command.ts';
import { listBackups, objectsPath, openObjects, unfinished } from './folder.ts';
import { readObjects } from './object-list.ts';
import { hasWholeList } from './verify.ts';

/** As many objects as are deleted in one go. */
const batch = 1_000;

export interface LetGo {
  backups: number;
  objects: number;
  sizeBytes: number;
}

/**
 * Removes all but the newest backups of a folder, and the objects that none of those lists.
 * @throws OperatorProblem where one that stays does not say what it lists: then every object stays
 */
export async function letGo(folder: string, keep: number): Promise<LetGo> {
  const names = await listBackups(folder);
  const old = names.slice(0, -keep);
  for (const name of old) {
    // From here on it counts for nothing, also where it is only half removed.
    const going = join(folder, `${name}${unfinished}`);
    await rename(join(folder, name), going);
    await rm(going, { recursive: true });
  }
  const kept = new Set<string>();
  for (const name of names.slice(-keep)) {
    if (!(await hasWholeList(join(folder, name))))
      throw new OperatorProblem(
        `No object was let go of, because the list of objects of the backup ${name} is missing or damaged: delete that backup's folder, and --keep goes on the next time.`,
      );
    for await (const { key } of readObjects(objectsPath(join(folder, name)))) kept.add(key);
  }
  const objects = await openObjects(folder);
  const gone = { backups: old.length, objects: 0, sizeBytes: 0 };
  const keys: string[] = [];
  for await (const { key, sizeBytes } of objects.list('')) {
    if (kept.has(key)) continue;
    gone.objects += 1;
    gone.sizeBytes += sizeBytes;
    keys.push(key);
    if (keys.length === batch) await objects.deleteMany(keys.splice(0));
  }
  await objects.deleteMany(keys);
  return gone;
}
