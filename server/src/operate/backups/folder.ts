import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flushFolder } from '@second-look/infra/disk';
import type { ObjectStore } from '@second-look/infra/object-store';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { z } from 'zod';
import { OperatorProblem } from '../command.ts';

/**
 * A folder of backups: `objects/` holds every object once, under its key; each backup is a folder named by
 * its moment, with the rows of each table as PostgreSQL's COPY writes them, the list of its objects and, as
 * the last thing that is written, its manifest. One that was cut short ends in `.unfinished`.
 */

const format = 1;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

const manifest = z.object({
  format: z.literal(format),
  /** The release of the product that made it. */
  product: z.string(),
  /** The moment that it shows. */
  takenAt: z.iso.datetime(),
  /** The migrations that its rows fit, by name. */
  migrations: z.array(z.string()),
  /** In an order in which they can be loaded. */
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      columns: z.array(z.string()),
      rows: count,
      sha256,
    }),
  ),
  /** The list of objects, and what rows name and the store did not have. */
  objects: z.object({ count, sizeBytes: count, missing: count, damaged: count, sha256 }),
});
export type Manifest = z.infer<typeof manifest>;

/** How the name of a backup ends that counts for nothing. */
export const unfinished = '.unfinished';
const nameShape = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

/** Paths inside one backup. */
export const rowsPath = (backup: string, { schema, name }: { schema: string; name: string }) =>
  join(backup, 'rows', `${schema}.${name}.copy`);
export const objectsPath = (backup: string) => join(backup, 'objects.tsv');
const manifestPath = (backup: string) => join(backup, 'manifest.json');

/** The objects of all backups in the folder. */
export function openObjects(folder: string): Promise<ObjectStore> {
  return openDiskStore(join(folder, 'objects'));
}

/** The names of the finished backups, the oldest first. */
export async function listBackups(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => nameShape.test(name)).sort();
}

/** Makes the folder ready for a backup, and clears away what one that was cut short left, objects apart. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder))
    if (name.endsWith(unfinished)) await rm(join(folder, name), { recursive: true });
  const objects = join(folder, 'objects');
  await mkdir(objects, { recursive: true, mode: 0o700 });
  for (const name of await readdir(objects, { recursive: true }))
    if (name.endsWith('.part')) await rm(join(objects, name));
}

/**
 * Begins a backup. @returns the folder to fill
 * @throws OperatorProblem where one is there that would count as newer
 */
export async function beginBackup(folder: string, takenAt: Date): Promise<string> {
  const name = takenAt.toISOString().replaceAll(/[:.]/g, '-');
  const newest = (await listBackups(folder)).at(-1);
  // Their names are their order: a restore would take the other for the newest, and --keep let go of this one.
  if (newest !== undefined && newest >= name)
    throw new OperatorProblem(
      `The newest backup in ${folder} is named ${newest}, and by the database's clock it is ${name}: one of the two is wrong. Set that clock right, or rename the other to a moment before, and start again.`,
    );
  const draft = join(folder, `${name}${unfinished}`);
  await mkdir(join(draft, 'rows'), { recursive: true, mode: 0o700 });
  return draft;
}

/** Makes the backup one that counts. @returns its folder */
export async function finishBackup(
  draft: string,
  facts: Omit<Manifest, 'format'>,
): Promise<string> {
  const file = await open(manifestPath(draft), 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest.parse({ format, ...facts }), null, 2)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  const finished = draft.slice(0, -unfinished.length);
  // What it holds before its name says that it is finished.
  for (const folder of [join(draft, 'rows'), draft]) await flushFolder(folder);
  await rename(draft, finished);
  await flushFolder(dirname(finished));
  return finished;
}

/** @throws OperatorProblem where it cannot be understood */
export async function readManifest(backup: string): Promise<Manifest> {
  const name = basename(backup);
  let written: unknown;
  try {
    written = JSON.parse(await readFile(manifestPath(backup), 'utf8'));
  } catch {
    throw new OperatorProblem(
      `The manifest of the backup ${name} is missing or damaged: choose another backup with --backup.`,
    );
  }
  const { success, data } = manifest.safeParse(written);
  if (success) return data;
  const isNewer = z.object({ format: z.number().gt(format) }).safeParse(written).success;
  throw new OperatorProblem(
    isNewer
      ? `The backup ${name} was made by a newer release: restore it with that release or a later one.`
      : `The manifest of the backup ${name} is damaged: choose another backup with --backup.`,
  );
}
