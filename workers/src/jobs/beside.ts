import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@second-look/infra/log';
import type { ObjectStore } from '@second-look/infra/object-store';
import {
  type MediaTools,
  type Source,
  type SourceFacts,
  type Storyboard,
  storyboard,
  type Waveform,
  waveform,
} from '../media/index.ts';
import { isOutage } from './outage.ts';
import type { BesideColumns } from './prepare-queries.ts';

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
    storyboard: await unlessImpossible(
      'storyboard',
      storyboard(source, facts, target, tools, { signal }),
    ),
    waveform: await unlessImpossible(
      'waveform',
      waveform(source, facts, target, tools, { signal }),
    ),
  };
}

/** Puts what was made into the store. @returns what the cut's row says of it */
export async function keepBeside(
  store: ObjectStore,
  { storyboard, waveform }: Beside,
  prefix: string,
): Promise<BesideColumns> {
  const keep = async (name: string, made: { filePath: string } | null) => {
    if (!made) return null;
    await store.putFile(`${prefix}/${name}`, made.filePath);
    return `${prefix}/${name}`;
  };
  return {
    storyboardKey: await keep('storyboard.jpg', storyboard),
    storyboard: storyboard?.index ?? null,
    waveformKey: await keep('waveform.bin', waveform),
    peaksPerSecond: waveform?.peaksPerSecond ?? null,
  };
}
