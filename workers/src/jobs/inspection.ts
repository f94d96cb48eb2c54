import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '@second-look/infra/object-store';
import {
  asShown,
  type FilmPart,
  inspect,
  joinFilms,
  type MediaTools,
  remux,
  type Source,
  type SourceFacts,
} from '../media/index.ts';
import { type SourceFile, saveFacts } from './prepare-queries.ts';
import { withSource, withSources } from './source.ts';
import type { ClaimedStep } from './step-queries.ts';
import { subfolder } from './work-folder.ts';
import { cutPrefixOf, type Workshop } from './workshop.ts';

export type InspectedStep = ClaimedStep & { facts: SourceFacts };

type Inspected = {
  facts: SourceFacts;
  /** A copy that stands for what was uploaded. */
  copyPath: string | null;
};

/**
 * Finds out what was uploaded. What has no index gets a copy that has one, and several files one that is all
 * of them, for this step and all that follow.
 */
export async function inspectSource(
  { database, store, tools }: Workshop,
  step: ClaimedStep,
  files: SourceFile[],
  folder: string,
  signal: AbortSignal,
): Promise<InspectedStep> {
  const known = await lookedInto(store, step, files);
  if (known) return { ...step, facts: known };
  const { facts, copyPath } =
    files.length > 1
      ? await inspectJoined(store, tools, files, folder, signal)
      : await withSource(store, step.objectKey, signal, (source, signal) =>
          inspectOne(source, tools, folder, signal),
        );
  let readableKey: string | null = null;
  if (copyPath) {
    readableKey = `${cutPrefixOf(step)}/readable/${step.attempt}.mkv`;
    await store.putFile(readableKey, copyPath);
  }
  await saveFacts(database.plain, step, facts, readableKey);
  return { ...step, facts: asShown(facts, step.showing), readableKey };
}

/**
 * What is known of a film that its owner only wants shown otherwise: whoever waits for that does not wait for
 * its files to be put together once more.
 */
async function lookedInto(
  store: ObjectStore,
  { version, inspected, facts, readableKey }: ClaimedStep,
  files: SourceFile[],
): Promise<SourceFacts | null> {
  const isShownOtherwise = version > 0 && inspected !== null;
  if (!isShownOtherwise) return null;
  if (readableKey === null) return files.length > 1 || inspected.needsRemux ? null : facts;
  return (await store.size(readableKey)) === null ? null : facts;
}

async function inspectOne(
  source: Source,
  tools: MediaTools,
  folder: string,
  signal: AbortSignal,
): Promise<Inspected> {
  const facts = await inspect(source, tools, { signal });
  if (!facts.needsRemux) return { facts, copyPath: null };
  const copyPath = join(folder, 'remuxed.mkv');
  const copy = await remux(source, facts, copyPath, tools, { signal });
  const isCutOff = facts.isCutOff || copy.isCutOff;
  const again = await inspect(copyPath, tools, { signal });
  const { chapters } = facts;
  return { facts: { ...again, isCutOff, ...(chapters && { chapters }) }, copyPath };
}

async function inspectJoined(
  store: ObjectStore,
  tools: MediaTools,
  files: SourceFile[],
  folder: string,
  signal: AbortSignal,
): Promise<Inspected> {
  const target = join(await subfolder(folder, 'joined'), 'joined.mkv');
  const keys = files.map(({ objectKey }) => objectKey);
  await insistOnRoomFor(store, keys, folder);
  const { isCutOff } = await withSources(store, keys, signal, async (sources, signal) => {
    const parts: FilmPart[] = [];
    for (const [index, source] of sources.entries()) {
      const own = await subfolder(folder, `part-${index}`);
      const { facts, copyPath } = await inspectOne(source, tools, own, signal);
      parts.push({ source: copyPath ?? source, facts });
    }
    return joinFilms(parts, target, tools, { signal });
  });
  return { facts: { ...(await inspect(target, tools, { signal })), isCutOff }, copyPath: target };
}

/** A copy of each file, and one of all. @throws an error as of a full disk, before anything is written */
async function insistOnRoomFor(store: ObjectStore, keys: string[], folder: string) {
  const sizes = await Promise.all(keys.map((key) => store.size(key)));
  const wanted = 2 * sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > wanted) return;
  throw Object.assign(new Error(`Putting the files together takes ${wanted} bytes in ${folder}.`), {
    code: 'ENOSPC',
  });
}
