import { createHash } from 'node:crypto';
import { mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import {
  inspect,
  MediaFailure,
  packageFilm,
  poster,
  remux,
  type Source,
  type SourceFacts,
} from '../media/index.ts';
import { encodePiece, putPiece } from './piece.ts';
import {
  endPrepared,
  type FirstVersion,
  forgetGrowth,
  isPlanned,
  planVersions,
  publishFirst,
  saveChecksum,
  saveFacts,
} from './prepare-queries.ts';
import { withSource } from './source.ts';
import { steadyRead } from './steady-read.ts';
import type { ClaimedStep } from './step-queries.ts';
import { cutPrefixOf, type Maker, prefixOf, type Workshop } from './workshop.ts';

/**
 * Makes a recording watchable as soon as anything can be: inspection, poster, the film as it is or its first
 * piece; then leaves the rest to steps of their own, and makes sure of every byte.
 */
export const prepare: Maker = async (workshop, step, folder, { signal }) => {
  const { database, store } = workshop;
  const db = database.plain;
  // The server does it as well, where it lives to do it.
  if (step.growth) {
    await store.complete(step.objectKey, step.growth);
    await forgetGrowth(db, step);
  }
  if (!(await isPlanned(db, step))) {
    const inspected = await inspectSource(workshop, step, folder, signal);
    const steps = await makeWatchable(workshop, inspected, folder, signal);
    if (!steps) return false;
    // What a queue does not take, the sweep brings.
    for (const { id, turn } of steps)
      await workshop.queue?.add({ id }, { lane: 'steady', urgency: turn }).catch(() => {});
  }
  if (step.sha256 === null)
    await saveChecksum(db, step, await checksum(store, step.objectKey, signal));
  return endPrepared(db, step);
};

type InspectedStep = ClaimedStep & { facts: SourceFacts };

/** Finds out what was uploaded. What has no index gets a copy that has one, for this step and all that follow. */
async function inspectSource(
  { database, store, tools }: Workshop,
  step: ClaimedStep,
  folder: string,
  signal: AbortSignal,
): Promise<InspectedStep> {
  const { facts, remuxedPath } = await withSource(
    ...([store, step.objectKey, signal] as const),
    async (source, signal) => {
      const facts = await inspect(source, tools, { signal });
      if (!facts.needsRemux) return { facts, remuxedPath: null };
      const remuxedPath = join(folder, 'remuxed.mkv');
      const copy = await remux(source, facts, remuxedPath, tools, { signal });
      const isCutOff = facts.isCutOff || copy.isCutOff;
      const again = await inspect(remuxedPath, tools, { signal });
      return { facts: { ...again, isCutOff }, remuxedPath };
    },
  );
  let readableKey: string | null = null;
  if (remuxedPath) {
    readableKey = `${cutPrefixOf(step)}/readable/${step.attempt}.mkv`;
    await store.putFile(readableKey, remuxedPath);
  }
  await saveFacts(database.plain, step, facts, readableKey);
  return { ...step, facts, readableKey };
}

/** @returns the steps that follow, or `undefined` where a later attempt was quicker */
async function makeWatchable(
  workshop: Workshop,
  step: InspectedStep,
  folder: string,
  signal: AbortSignal,
) {
  const { database, store, tools, log } = workshop;
  const versions = await planVersions(database.plain, store, step);
  const prefix = prefixOf(step, versions.first);
  return withSource(
    ...([store, step.readableKey ?? step.objectKey, signal] as const),
    async (source, signal) => {
      const { facts } = step;
      const posterPath = join(folder, 'poster.jpg');
      await poster(source, facts, stillMoment(facts), posterPath, tools, { signal });
      const posterKey = `${prefix}/poster-${step.attempt}.jpg`;
      // What can be watched already stays until the better version is whole.
      const first = versions.isWatchable
        ? null
        : ((await packaged(workshop, step, source, folder, versions.first, signal)) ??
          (await firstPiece(workshop, step, source, folder, versions.first, signal).catch(
            (error: unknown) => {
              if (!(error instanceof MediaFailure)) throw error;
              // Nothing at once, then: the ladder has ways of its own with a film that begins badly.
              log.warn({ err: error, step: step.id }, 'there is no first piece');
              return null;
            },
          )));
      const posterBytes = (await stat(posterPath)).size;
      await store.putFile(posterKey, posterPath);
      const made = { versions, first, posterKey, posterBytes };
      const steps = await publishFirst(database.plain, step, made);
      if (!steps) await store.deleteAll(`${prefix}/`);
      return steps;
    },
  );
}

/** The film as it is, where browsers play that. */
async function packaged(
  { store, tools }: Workshop,
  step: InspectedStep,
  source: Source,
  folder: string,
  version: number,
  signal: AbortSignal,
): Promise<FirstVersion | null> {
  const { facts } = step;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < 2 * facts.sizeBytes) return null;
  const film = await packageFilm(source, facts, await subfolder(folder, 'film'), tools, { signal });
  if (!film) return null;
  const chunks: FirstVersion['chunks'] = [];
  for (const made of film.renditions) {
    const objectKey = `${prefixOf(step, version)}/whole-${made.kind}-${step.attempt}.mp4`;
    await store.putFile(objectKey, made.filePath);
    chunks.push({ made, objectKey });
  }
  return { chunks, plannedMs: null };
}

/** The first seconds in a small size; the rest is made as somebody asks for it. */
async function firstPiece(
  workshop: Workshop,
  step: InspectedStep,
  source: Source,
  folder: string,
  version: number,
  signal: AbortSignal,
): Promise<FirstVersion> {
  const { facts } = step;
  const plannedMs = facts.durationMs ?? 1;
  const target = await subfolder(folder, 'piece');
  const place = { plannedMs, part: 0 };
  const piece = await encodePiece(source, facts, place, target, workshop.tools, signal);
  return { chunks: await putPiece(workshop, step, version, piece), plannedMs };
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  return path;
}

/** A third into the lesson, two minutes at most: the first picture is often a thumb on the lens. */
function stillMoment({ durationMs }: SourceFacts): number {
  return Math.min(120_000, Math.round((durationMs ?? 0) / 3));
}

/** SHA-256 of an object, in hexadecimal. */
async function checksum(store: ObjectStore, objectKey: string, signal: AbortSignal) {
  const sizeBytes = await store.size(objectKey);
  if (sizeBytes === null) throw new ObjectMissing(objectKey);
  const hash = createHash('sha256');
  const whole = { start: 0, end: sizeBytes - 1 };
  for await (const bytes of steadyRead(store, objectKey, whole, signal)) hash.update(bytes);
  return hash.digest('hex');
}
