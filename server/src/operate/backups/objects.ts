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
  /** The keys of both. */
  lacking: string[];
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
  const lacking: string[] = [];
  const list = writeObjects(places.list);
  const known = lookUpInOrder(places.earlier);
  async function* asked() {
    for await (const named of readNamed(places.named))
      yield { named, known: await known(named.key) };
  }
  const copies = inOrder(asked(), async ({ named, known }) => ({
    key: named.key,
    ...(await copyNamed(from, to, named, known)),
  }));
  for await (const { key, copy, isNew, isMissing, isDamaged } of copies) {
    if (isMissing || isDamaged) lacking.push(key);
    sum.missing += isMissing ? 1 : 0;
    sum.damaged += isDamaged ? 1 : 0;
    if (!copy) continue;
    sum.count += 1;
    sum.sizeBytes += copy.sizeBytes;
    sum.newCount += isNew ? 1 : 0;
    sum.newBytes += isNew ? copy.sizeBytes : 0;
    await list.write(copy);
  }
  await list.close();
  return { ...sum, lacking };
}

interface Copied {
  /** What the backup has of it. */
  copy?: ListedObject;
  isNew: boolean;
  isMissing: boolean;
  isDamaged: boolean;
}

async function copyNamed(
  from: ObjectStore,
  to: ObjectStore,
  named: NamedObject,
  known: ListedObject | undefined,
): Promise<Copied> {
  const { key } = named;
  // Asked also of what is in the folder: what the store has lost must not wait for the day of a restore.
  const inStore = await from.size(key);
  const copied = await findCopy(to, named, known, inStore);
  if (copied || inStore === null) {
    const isDamaged = inStore !== null && inStore !== copied?.sizeBytes;
    return { copy: copied, isNew: false, isMissing: inStore === null, isDamaged };
  }
  try {
    const copy = { key, ...(await copyObject(from, to, key)) };
    return {
      copy,
      isNew: true,
      isMissing: false,
      isDamaged: !fits(named, named.sizeBytes ?? inStore, copy),
    };
  } catch (error) {
    if (error instanceof ObjectMissing) return { isNew: false, isMissing: true, isDamaged: false };
    throw error;
  }
}

/** What the folder has of an object already. An object never changes under its key. */
async function findCopy(
  to: ObjectStore,
  named: NamedObject,
  known: ListedObject | undefined,
  inStore: number | null,
): Promise<ListedObject | undefined> {
  const { key } = named;
  const sizeBytes = named.sizeBytes ?? known?.sizeBytes ?? inStore;
  if (sizeBytes === null || (await to.size(key)) !== sizeBytes) return undefined;
  const there =
    known?.sizeBytes === sizeBytes ? known : { key, ...(await tallyOf(to.pieces(key))) };
  return fits(named, sizeBytes, there) ? there : undefined;
}

function fits(named: NamedObject, sizeBytes: number, tally: Tally): boolean {
  return tally.sizeBytes === sizeBytes && (named.sha256 ?? tally.sha256) === tally.sha256;
}

/** @throws ObjectMissing */
export async function copyObject(from: ObjectStore, to: ObjectStore, key: string): Promise<Tally> {
  const { bytes, result } = tallied(from.pieces(key));
  await to.put(key, bytes);
  return result();
}
