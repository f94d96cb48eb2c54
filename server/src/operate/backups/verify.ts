import { createReadStream, existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ObjectStore } from '@second-look/infra/object-store';
import { migrationFiles } from '@second-look/migrations/migrate';
import { OperatorProblem } from '../command.ts';
import { type Manifest, objectsPath, readManifest, rowsPath } from './folder.ts';
import { inOrder, readObjects } from './object-list.ts';
import { tallyOf } from './tally.ts';

/** @throws OperatorProblem where it needs a later release than this one */
export async function refuseNewer(backup: string, { migrations }: Manifest) {
  const known = await migrationFiles();
  const later = migrations.filter((name) => !known.includes(name));
  if (later.length === 0) return;
  throw new OperatorProblem(
    `The backup ${basename(backup)} needs a newer release: its database had been migrated by ${later.join(', ')}, which this one does not know. Restore it with the release that has that, or a later one.`,
  );
}

/**
 * Holds the rows and the list of objects against the manifest's checksums.
 * @throws OperatorProblem where a file is missing or damaged
 */
export async function verifyRows(backup: string, manifest: Manifest): Promise<void> {
  const files = [
    ...manifest.tables.map((table) => ({ path: rowsPath(backup, table), sha256: table.sha256 })),
    { path: objectsPath(backup), sha256: manifest.objects.sha256 },
  ];
  for (const { path, sha256 } of files) {
    if (!(await isWhole(path, sha256)))
      throw new OperatorProblem(
        `The file ${path} is missing or damaged, so nothing was restored: choose another backup with --backup.`,
      );
  }
}

/** Whether the backup's list of objects is the one that its manifest speaks of. */
export async function hasWholeList(backup: string): Promise<boolean> {
  try {
    const { objects } = await readManifest(backup);
    return await isWhole(objectsPath(backup), objects.sha256);
  } catch (error) {
    if (error instanceof OperatorProblem) return false;
    throw error;
  }
}

async function isWhole(path: string, sha256: string): Promise<boolean> {
  return existsSync(path) && (await tallyOf(createReadStream(path))).sha256 === sha256;
}

/** Reads every object of a backup. @returns the keys of those that are missing or damaged */
export async function findDamage(backup: string, objects: ObjectStore): Promise<string[]> {
  const damaged: string[] = [];
  const looks = inOrder(readObjects(objectsPath(backup)), async (listed) => {
    const isThere = (await objects.size(listed.key)) === listed.sizeBytes;
    const isWhole = isThere && (await tallyOf(objects.pieces(listed.key))).sha256 === listed.sha256;
    return isWhole ? undefined : listed.key;
  });
  for await (const key of looks) if (key !== undefined) damaged.push(key);
  return damaged;
}
