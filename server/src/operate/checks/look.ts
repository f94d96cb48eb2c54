import type { Config } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import type pg from 'pg';
import { type NamedObject, namedObjectsQuery } from '../backups/named-objects.ts';
import { asOwner } from '../backups/owner.ts';
import { type Lacking, whoLacks } from './lacking.ts';

/** Younger than this, what no row names may be about to be named. */
const youngMs = 24 * 60 * 60 * 1000;

export interface Findings extends Lacking {
  /** What the store holds. */
  objects: number;
  sizeBytes: number;
  /** How many of the objects that rows name are there. */
  found: number;
  /** How many are not, apart from what is to be completed, with the uploads that have lost bytes. */
  missing: number;
  /** Those that are not there, or of another size. */
  missingObjects: NamedObject[];
  /** Keys of what no row names now and was put more than a day ago, and the room that it takes. */
  orphans: string[];
  orphanBytes: number;
  /** How many no row names and may be about to be named. */
  young: number;
  /** Ids of uploads under way that have lost bytes which they counted. */
  brokenUploads: string[];
}

interface UnderWay {
  uploads: { id: string; key: string; offset: string; tail: string | null }[];
  /** Tails of uploads, also of those that arrived whole and are to be completed. */
  tails: string[];
  /** Where attempts at preparing put what they make. */
  prefixes: string[];
}

interface Told extends UnderWay {
  named: NamedObject[];
}

/**
 * Holds the store against the rows: what is there that no row names, and what rows name that is not there. An
 * object of another size than its row says counts as missing. Takes about 200 bytes of memory for each object.
 */
export async function look(config: Config, store: ObjectStore): Promise<Findings> {
  const listed = new Map<string, { sizeBytes: number; changedAt: Date }>();
  let sizeBytes = 0;
  for await (const { key, ...object } of store.list('')) {
    listed.set(key, object);
    sizeBytes += object.sizeBytes;
  }
  const unfinished: [string, { sizeBytes: number; changedAt: Date }][] = [];
  for await (const { key, ...object } of store.listUnfinished()) unfinished.push([key, object]);
  // After the list: what was put meanwhile is asked for once more, what was deleted has no row.
  const told = await asOwner(config, 'begin isolation level repeatable read, read only', readRows);
  const unnamed = new Map(listed);
  const missing: NamedObject[] = [];
  for (const named of told.named) {
    const { key, sizeBytes } = named;
    unnamed.delete(key);
    const found = listed.get(key)?.sizeBytes ?? (await store.size(key));
    if (found === null || found !== (sizeBytes ?? found)) missing.push(named);
  }
  const brokenUploads = await findBroken(config, told.uploads, store);
  for (const { key } of told.uploads) unnamed.delete(key);
  const tails = new Set(told.tails);
  const orphans: string[] = [];
  let orphanBytes = 0;
  let young = 0;
  const now = Date.now();
  const remains = unfinished.filter(([key]) => !tails.has(key));
  for (const [key, { sizeBytes, changedAt }] of [...unnamed, ...remains]) {
    if (told.prefixes.some((prefix) => key.startsWith(prefix))) continue;
    if (now - changedAt.getTime() < youngMs) young += 1;
    else {
      orphans.push(key);
      orphanBytes += sizeBytes;
    }
  }
  const keys = missing.map(({ key }) => key);
  const lacking = await asOwner(config, 'begin', (client) => whoLacks(client, keys));
  return {
    objects: listed.size,
    sizeBytes,
    found: told.named.length - missing.length,
    missing: missing.length - lacking.uncompleted.length + brokenUploads.length,
    missingObjects: missing,
    orphans,
    orphanBytes,
    young,
    brokenUploads,
    ...lacking,
  };
}

async function readRows(client: pg.Client): Promise<Told> {
  const named = await client.query<{
    key: string;
    size_bytes: string | null;
    sha256: string | null;
  }>(await namedObjectsQuery(client));
  const steps = await client.query<{ prefix: string }>(
    `select distinct format('recordings/%s/cuts/%s/', recording_id, cut_id) as prefix
     from processing_step where state in ('pending', 'running')`,
  );
  const tails = await client.query<{ key: string }>(
    `select growth #>> '{tail,key}' as key from upload where growth ? 'tail'`,
  );
  return {
    named: named.rows.map(({ key, size_bytes, sha256 }) => ({
      key,
      sizeBytes: size_bytes === null ? null : Number(size_bytes),
      sha256,
    })),
    uploads: await readUploads(client),
    tails: tails.rows.map(({ key }) => key),
    prefixes: steps.rows.map(({ prefix }) => prefix),
  };
}

async function readUploads(client: pg.Client): Promise<UnderWay['uploads']> {
  const { rows } = await client.query<UnderWay['uploads'][number]>(
    `select id, object_key as key, offset_bytes as offset, growth #>> '{tail,key}' as tail
     from upload where finished_at is null`,
  );
  return rows;
}

/** On disk an upload is a file that grows; in S3 its parts cannot be seen, and its tail can. */
async function findBroken(
  config: Config,
  uploads: UnderWay['uploads'],
  store: ObjectStore,
): Promise<string[]> {
  const suspects: UnderWay['uploads'] = [];
  for (const upload of uploads) {
    const { key, offset, tail } = upload;
    const isFile = store.localPath(key) !== null;
    const isWhole = isFile
      ? ((await store.size(key)) ?? 0) >= Number(offset)
      : tail === null || (await store.size(tail)) !== null;
    if (!isWhole) suspects.push(upload);
  }
  if (suspects.length === 0) return [];
  // Whoever goes on sending replaces the tail, tells the row, and only then deletes the old one: what the
  // row still names now, after it was not found, is lost.
  const now = await asOwner(config, 'begin', readUploads);
  const isStillSo = ({ id, offset, tail }: UnderWay['uploads'][number]) =>
    now.some((row) => row.id === id && row.offset === offset && row.tail === tail);
  return suspects.filter(isStillSo).map(({ id }) => id);
}
