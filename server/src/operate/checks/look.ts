import type { Config } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import type pg from 'pg';
import { type NamedObject, namedObjectsQuery } from '../backups/named-objects.ts';
import { asOwner } from '../backups/owner.ts';

/** Younger than this, what no row names may be about to be named. */
const youngMs = 24 * 60 * 60 * 1000;

export interface Findings {
  /** What the store holds. */
  objects: number;
  sizeBytes: number;
  /** How many of the objects that rows name are there. */
  found: number;
  /** How many are not, apart from what is to be completed, with the uploads that have lost bytes. */
  missing: number;
  /** Keys of what no row names now and was put more than a day ago, and the room that it takes. */
  orphans: string[];
  orphanBytes: number;
  /** How many no row names and may be about to be named. */
  young: number;
  /** Ids of recordings that miss something made of them; what was uploaded is there. */
  unmade: string[];
  /** Ids of recordings whose upload arrived whole and was never completed. */
  uncompleted: string[];
  /** Ids of recordings that lost what was uploaded, and cannot be watched. */
  lost: string[];
  /** Recordings that lost what was uploaded, and can still be watched. */
  unsourced: number;
  /** Ids of uploads under way that have lost bytes which they counted. */
  brokenUploads: string[];
  /** Objects that rows of another kind name, and that are missing. */
  otherMissing: number;
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
  const missing: string[] = [];
  for (const { key, sizeBytes } of told.named) {
    unnamed.delete(key);
    const found = listed.get(key)?.sizeBytes ?? (await store.size(key));
    if (found === null || found !== (sizeBytes ?? found)) missing.push(key);
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
  const lacking = await asOwner(config, 'begin', (client) => whoLacks(client, missing));
  return {
    objects: listed.size,
    sizeBytes,
    found: told.named.length - missing.length,
    missing: missing.length - lacking.uncompleted.length + brokenUploads.length,
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

type Lacking = Pick<Findings, 'unmade' | 'uncompleted' | 'lost' | 'unsourced' | 'otherMissing'>;

/**
 * Whose objects they are. What is in the trash, known to be lost, or being prepared again is left alone, and
 * so are versions that another has taken the place of: a day later they go by themselves.
 */
async function whoLacks(client: pg.Client, missing: string[]): Promise<Lacking> {
  const { rows } = await client.query<{
    id: string;
    source: boolean;
    media: boolean;
    isPlayable: boolean;
    isUncompleted: boolean;
    isKnown: boolean;
  }>(
    `with lacking as (
       select s.recording_id, s.object_key as key, 'source' as what from source s where s.object_key = any ($1)
       union all
       select c.recording_id, beside.key, 'beside'
       from cut c, unnest(array[c.poster_key, c.storyboard_key, c.waveform_key]) as beside (key)
       where beside.key = any ($1)
       union all
       select s.recording_id, s.readable_key, 'beside' from source s where s.readable_key = any ($1)
       union all
       select c.recording_id, k.object_key, 'media'
       from rendition_chunk k
       join rendition r on r.id = k.rendition_id
       join cut c on c.id = r.cut_id and c.published_attempt = r.attempt
       where k.object_key = any ($1))
     select r.id, bool_or(l.what = 'source') as source, bool_or(l.what = 'media') as media,
       r.playable as "isPlayable",
       exists (select from upload u join source s using (recording_id, object_key)
         where u.recording_id = r.id and u.finished_at is not null and u.growth is not null) as "isUncompleted",
       r.deleted_at is not null or r.failure_code is not distinct from 'source_missing'
         or exists (select from processing_step p
           where p.recording_id = r.id and p.state in ('pending', 'running')) as "isKnown"
     from lacking l join recording r on r.id = l.recording_id group by r.id`,
    [missing],
  );
  // Asked of the rows as they are now: what was deleted or made anew meanwhile, nothing names any more.
  const { rows: others } = await client.query<{ count: number }>(
    `select count(*)::int from (${await namedObjectsQuery(client)}) n
     where key = any ($1) and key not in (select object_key from source)
       and key not in (select readable_key from source where readable_key is not null)
       and key not in (select beside.key
         from cut c, unnest(array[c.poster_key, c.storyboard_key, c.waveform_key]) as beside (key)
         where beside.key is not null)
       and key not in (select object_key from rendition_chunk)`,
    [missing],
  );
  const open = rows.filter(({ isKnown }) => !isKnown);
  // Without what lies beside its published renditions a recording can still be watched.
  const isLost = (row: (typeof rows)[number]) => row.source && (row.media || !row.isPlayable);
  return {
    unmade: open.filter((row) => !row.source).map(({ id }) => id),
    uncompleted: open.filter((row) => isLost(row) && row.isUncompleted).map(({ id }) => id),
    lost: open.filter((row) => isLost(row) && !row.isUncompleted).map(({ id }) => id),
    unsourced: open.filter((row) => row.source && !isLost(row)).length,
    otherMissing: others[0]?.count ?? 0,
  };
}
