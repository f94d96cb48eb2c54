import type { ObjectStore } from '@second-look/infra/object-store';
import { MediaFailure, type Source, type SourceFacts } from '../media/index.ts';
import { openSource } from './source-reader.ts';
import type { ClaimedStep } from './step-queries.ts';

/**
 * Works on an object as ffmpeg reads it. Where the store gives it no longer the work is ended at once: who
 * read from it knows only that the bytes ended.
 * @throws ObjectMissing; what the work throws; the store's error
 */
export async function withSource<T>(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
  work: (source: Source, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { source, broken, close } = await openSource(store, key);
  try {
    return await work(source, AbortSignal.any([signal, broken]));
  } catch (error) {
    throw broken.aborted ? broken.reason : error;
  } finally {
    close();
  }
}

/** The same with several objects at once, in their order. */
export function withSources<T>(
  store: ObjectStore,
  keys: string[],
  signal: AbortSignal,
  work: (sources: Source[], signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [key, ...others] = keys;
  if (key === undefined) return work([], signal);
  return withSource(store, key, signal, (source, signal) =>
    withSources(store, others, signal, (sources, signal) => work([source, ...sources], signal)),
  );
}

/** Works on the source of a cut that was planned: its readable copy where there is one, and what is known of it. */
export function withInspected<T>(
  store: ObjectStore,
  { readableKey, objectKey, facts }: ClaimedStep,
  signal: AbortSignal,
  work: (source: Source, facts: SourceFacts, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!facts) throw new MediaFailure('encode_failed', 'The source was never inspected.');
  return withSource(store, readableKey ?? objectKey, signal, (source, signal) =>
    work(source, facts, signal),
  );
}
