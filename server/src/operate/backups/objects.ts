import { Readable } from 'node:stream';
import { ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import type { NamedObject } from './named-objects.ts';
import {
  inOrder,
  type ListedObject,
  lookUpInOrder,
  readNamed,
  writeObjects,
} from './object-list.ts';
import { type Tally, tallied, tallyOf } from './tally.ts';

/** As many as keep a store across a network busy, and few enough for a disk. */
const most = 4;

export interface CopiedObjects {
  count: number;
  sizeBytes: number;
  /** Of these, what was not in the backup folder before. */
  newCount: number;
  newBytes: number;
  /** Named by a row, and not in the store. */
  missing: number;
  /** Not of the size or the checksum that its row says. */
  damaged: number;
}

/**
 * Copies every named object that the backup folder does not have, and lists them all with their checksums.
 * @param places.named the file of what rows name
 * @param places.list the file to write
 * @param places.earlier the list of an earlier backup: what it knows is not read again
 */
export async function copyNamedObjects(
  from: ObjectStore,
  to: ObjectStore,
  places: { named: string; list: string; earlier: AsyncGenerator<ListedObject> },
): Promise<CopiedObjects> {
  const sum = { count: 0, sizeBytes: 0, newCount: 0, newBytes: 0, missing: 0, damaged: 0 };
  const list = writeObjects(places.list);
  const known = lookUpInOrder(places.earlier);
  async function* asked() {
    for await (const named of readNamed(places.named))
      yield { named, known: await known(named.key) };
  }
  const copies = inOrder(asked(), most, ({ named, known }) => copyNamed(from, to, named, known));
  for await (const copy of copies) {
    if (!copy) {
      sum.missing += 1;
      continue;
    }
    sum.count += 1;
    sum.sizeBytes += copy.sizeBytes;
    sum.newCount += copy.isNew ? 1 : 0;
    sum.newBytes += copy.isNew ? copy.sizeBytes : 0;
    sum.damaged += copy.isDamaged ? 1 : 0;
    await list.write(copy);
  }
  await list.close();
  return sum;
}

async function copyNamed(
  from: ObjectStore,
  to: ObjectStore,
  named: NamedObject,
  known: ListedObject | undefined,
) {
  const { key } = named;
  // What an earlier backup knows is kept, whatever became of it in the store: an object never changes under its key.
  if (known && named.sizeBytes === null && (await to.size(key)) === known.sizeBytes) {
    const isDamaged = (await from.size(key)) !== known.sizeBytes;
    return { ...known, isNew: false, isDamaged };
  }
  const sizeBytes = named.sizeBytes ?? (await from.size(key));
  if (sizeBytes === null) return undefined;
  const fits = (tally: Tally) =>
    tally.sizeBytes === sizeBytes && (named.sha256 ?? tally.sha256) === tally.sha256;
  // An object never changes under its key, so one that is there with its size is the same one.
  if ((await to.size(key)) === sizeBytes) {
    const there = known?.sizeBytes === sizeBytes ? known : await tallyOf(await to.read(key));
    if (fits(there)) return { key, ...there, isNew: false, isDamaged: false };
  }
  try {
    const tally = await copyObject(from, to, key);
    return { key, ...tally, isNew: true, isDamaged: !fits(tally) };
  } catch (error) {
    if (error instanceof ObjectMissing) return undefined;
    throw error;
  }
}

/** @throws ObjectMissing */
export async function copyObject(from: ObjectStore, to: ObjectStore, key: string): Promise<Tally> {
  const { bytes, result } = tallied(await from.read(key));
  await to.put(key, Readable.from(bytes));
  return result();
}
