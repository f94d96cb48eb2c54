import { createHash } from 'node:crypto';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import { MediaFailure, packageFilm, poster, type Source } from '../media/index.ts';
import { type InspectedStep, inspectSource } from './inspection.ts';
import { encodePiece, putPiece } from './piece.ts';
import { stillMoment } from './poster.ts';
import {
  endPrepared,
  type FirstVersion,
  forgetGrowth,
  isPlanned,
  listFiles,
  planVersions,
  publishFirst,
  saveChecksum,
} from './prepare-queries.ts';
import { withSource } from './source.ts';
import { steadyRead } from './steady-read.ts';
import { subfolder } from './work-folder.ts';
import { type Maker, prefixOf, type Workshop } from './workshop.ts';

/**
 * Makes a recording playable as soon as anything can be: inspection, poster, the film as it is or its first
 * piece; then leaves the rest to steps of their own, and makes sure of every byte.
 */
export const prepare: Maker = async (workshop, step, folder, { signal }) => {
  const { database, store } = workshop;
  const db = database.plain;
  const files = await listFiles(db, step);
  for (const file of files) {
    // The server does it as well, where it lives to do it.
    if (!file.growth) continue;
    await store.complete(file.objectKey, file.growth);
    await forgetGrowth(db, file);
  }
  if (!(await isPlanned(db, step))) {
    const inspected = await inspectSource(workshop, step, files, folder, signal);
    const steps = await makeWatchable(workshop, inspected, folder, signal);
    if (!steps) return false;
    // What a queue does not take, the sweep brings.
    for (const { id, turn } of steps)
      await workshop.queue?.add({ id }, { lane: 'steady', urgency: turn }).catch(() => {});
  }
  for (const file of files)
    if (file.sha256 === null)
      await saveChecksum(db, step, file, await checksum(store, file.objectKey, signal));
  return endPrepared(db, step);
};

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
      if (facts.video)
        await poster(source, facts, stillMoment(step), posterPath, tools, { signal });
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
      const still = facts.video && {
        objectKey: `${prefix}/poster-${step.attempt}.jpg`,
        sizeBytes: (await stat(posterPath)).size,
      };
      if (still) await store.putFile(still.objectKey, posterPath);
      const made = { versions, first, still };
      const steps = await publishFirst(database.plain, step, made);
      if (!steps) await store.deleteAll(`${prefix}/`);
      return steps;
    },
  );
}

/** The film, or the sound, as it is, where browsers play that. */
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

/** The first seconds, in a small size; the rest is made as somebody asks for it. */
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

/** SHA-256 of an object, in hexadecimal. */
async function checksum(store: ObjectStore, objectKey: string, signal: AbortSignal) {
  const sizeBytes = await store.size(objectKey);
  if (sizeBytes === null) throw new ObjectMissing(objectKey);
  const hash = createHash('sha256');
  const whole = { start: 0, end: sizeBytes - 1 };
  for await (const bytes of steadyRead(store, objectKey, whole, signal)) hash.update(bytes);
  return hash.digest('hex');
}
