import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { NamedObject } from './named-objects.ts';

/** One object of a backup. */
export interface ListedObject {
  key: string;
  sizeBytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** Reads what rows name, as COPY wrote it. */
export async function* readNamed(path: string): AsyncGenerator<NamedObject> {
  for await (const [key, size, sha256] of readCells(path))
    yield {
      key,
      sizeBytes: size === '\\N' ? null : Number(size),
      sha256: sha256 === '\\N' ? null : sha256,
    };
}

/** Reads a backup's list of objects, in the order of their keys. */
export async function* readObjects(path: string): AsyncGenerator<ListedObject> {
  for await (const [key, size, sha256] of readCells(path))
    yield { key, sizeBytes: Number(size), sha256 };
}

/** Writes a backup's list of objects, line by line. */
export function writeObjects(path: string) {
  const file = createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true });
  // Told by whoever writes or closes next.
  file.on('error', () => {});
  return {
    async write({ key, sizeBytes, sha256 }: ListedObject) {
      if (!file.write(`${key}\t${sizeBytes}\t${sha256}\n`)) await once(file, 'drain');
    },
    async close() {
      file.end();
      await finished(file);
    },
  };
}

/**
 * Looks keys up in an earlier backup's list while both are read in their order.
 * @returns a function to be asked for one key after the other, in order
 */
export function lookUpInOrder(list: AsyncIterator<ListedObject>) {
  let current: ListedObject | undefined;
  let isOver = false;
  return async (key: string): Promise<ListedObject | undefined> => {
    while (!isOver && (current === undefined || current.key < key)) {
      const next = await list.next();
      isOver = next.done === true;
      current = next.done ? undefined : next.value;
    }
    return current?.key === key ? current : undefined;
  };
}

/** As many as keep a store across a network busy, and few enough for a disk. */
const most = 4;

/** Works on several items at once and gives the results in the order of the items. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const under: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Whoever takes it hears of its failure.
    result.catch(() => {});
    under.push(result);
    const [first] = under;
    if (first && under.length >= most) {
      yield await first;
      under.shift();
    }
  }
  for (const result of under) yield await result;
}

async function* readCells(path: string): AsyncGenerator<[string, string, string]> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [key = '', size = '', sha256 = ''] = line.split('\t');
    yield [key, size, sha256];
  }
}
