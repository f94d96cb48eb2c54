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
  const { isCutOff } = await withSources(store, keys, signal, async (sources, signal) => {
    const parts: FilmPart[] = [];
    for (const source of sources)
      parts.push({ source, facts: await inspect(source, tools, { signal }) });
    return joinFilms(parts, target, tools, { signal });
  });
  return { facts: { ...(await inspect(target, tools, { signal })), isCutOff }, copyPath: target };
}
