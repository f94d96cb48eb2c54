import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@second-look/infra/log';
import { cut, recording } from '@second-look/migrations/schema';
import { eq, sql } from 'drizzle-orm';
import {
  type MediaTools,
  type Source,
  type SourceFacts,
  type Storyboard,
  storyboard,
  type Waveform,
  waveform,
} from '../media/index.ts';
import { countBytes } from './ladder.ts';
import { isOutage } from './outage.ts';
import { withInspected } from './source.ts';
import { endStep } from './step-queries.ts';
import { type Maker, prefixOf } from './workshop.ts';

export interface Beside {
  storyboard: Storyboard | null;
  waveform: Waveform | null;
}

/**
 * Makes what helps to find a moment in a film that can be watched without it: what cannot be made is left out.
 * @param folder a new folder in there holds what was made
 * @throws the signal's reason when aborted; what an outage threw
 */
export async function makeBeside(
  source: Source,
  facts: SourceFacts,
  folder: string,
  { tools, log, signal }: { tools: MediaTools; log: Logger; signal: AbortSignal },
): Promise<Beside> {
  const target = join(folder, 'beside');
  await mkdir(target);
  const unlessImpossible = <Made>(what: string, made: Promise<Made>) =>
    made.catch((error: unknown) => {
      signal.throwIfAborted();
      if (isOutage(error)) throw error;
      log.warn({ err: error, what }, 'something beside the film could not be made');
      return null;
    });
  return {
    storyboard:
      facts.video &&
      (await unlessImpossible('storyboard', storyboard(source, facts, target, tools, { signal }))),
    waveform: await unlessImpossible(
      'waveform',
      waveform(source, facts, target, tools, { signal }),
    ),
  };
}

/** Storyboard and waveform, beside whatever becomes of picture and sound. */
export const besideStep: Maker = async (workshop, step, folder, { signal }) => {
  const { database, store, tools, log } = workshop;
  const made = await withInspected(store, step, signal, (source, facts, signal) =>
    makeBeside(source, facts, folder, { tools, log, signal }),
  );
  let sizeBytes = 0;
  const keep = async (name: string, made: { filePath: string } | null) => {
    if (!made) return null;
    sizeBytes += (await stat(made.filePath)).size;
    const key = `${prefixOf(step, step.version)}/${name}-${step.attempt}`;
    await store.putFile(key, made.filePath);
    return key;
  };
  const { storyboard, waveform } = made;
  const columns = {
    storyboardKey: await keep('storyboard', storyboard),
    storyboard: storyboard?.index ?? null,
    waveformKey: await keep('waveform', waveform),
    peaksPerSecond: waveform?.peaksPerSecond ?? null,
  };
  const isMine = await database.plain.transaction(async (tx) => {
    if (!(await endStep(tx, step))) return false;
    await tx.update(cut).set(columns).where(eq(cut.id, step.cutId));
    await countBytes(tx, step.cutId, sizeBytes);
    await tx
      .update(recording)
      .set({ updatedAt: sql`now()` })
      .where(eq(recording.id, step.recordingId));
    return true;
  });
  const keys = [columns.storyboardKey, columns.waveformKey].filter((key) => key !== null);
  if (!isMine) await store.deleteMany(keys);
  return isMine;
};
