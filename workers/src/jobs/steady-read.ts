import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ByteRange,
  ObjectMissing,
  type ObjectStore,
  StoreProblem,
} from '@second-look/infra/object-store';

/** How often a read is begun again without a byte in between, how long to wait first, and when it has stalled. */
export interface Patience {
  tries: number;
  firstPauseMs: number;
  stallMs: number;
}
const patience: Patience = { tries: 6, firstPauseMs: 250, stallMs: 60_000 };

/**
 * The bytes of an object, read on from where the store's stream broke, stalled or ended too early.
 * @throws ObjectMissing; the store's error once it has failed too often without a byte in between; the
 * signal's reason when aborted
 */
export async function* steadyRead(
  store: ObjectStore,
  key: string,
  range: ByteRange,
  signal: AbortSignal,
  { tries, firstPauseMs, stallMs }: Patience = patience,
): AsyncGenerator<Buffer, void, undefined> {
  let at = range.start;
  let failures = 0;
  while (at <= range.end) {
    try {
      for await (const chunk of read(store, key, { start: at, end: range.end }, stallMs)) {
        signal.throwIfAborted();
        at += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (at <= range.end) throw brokenOff(`The store ended ${key} at byte ${at}.`);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      if (error instanceof ObjectMissing || failures >= tries) throw error;
      await pause(firstPauseMs * 2 ** (failures - 1), undefined, { signal });
    }
  }
}

const brokenOff = (message: string) => new StoreProblem(message, { isPassing: true });

/** One stream of the store, broken off where it gives nothing for too long to somebody who waits. */
async function* read(store: ObjectStore, key: string, range: ByteRange, stallMs: number) {
  const stream: Readable = await store.read(key, range);
  const whileWaiting = () =>
    setTimeout(() => stream.destroy(brokenOff(`The store stalled in ${key}.`)), stallMs);
  let timer = whileWaiting();
  try {
    for await (const chunk of stream) {
      clearTimeout(timer);
      yield chunk as Buffer;
      timer = whileWaiting();
    }
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}
