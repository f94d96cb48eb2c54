import type pg from 'pg';
import { namedObjectsQuery } from '../backups/named-objects.ts';

/** Whose objects are missing: ids of recordings, each in one list, by what that means for it. */
export interface Lacking {
  /** Something that was made of them; what was uploaded is there. */
  unmade: string[];
  /** The same, and a step under way makes it anew. */
  remaking: string[];
  /** An upload that arrived whole and was never completed. */
  uncompleted: string[];
  /** The same, and a step under way completes it. */
  completing: string[];
  /** What was uploaded, and they cannot be watched, which nobody has noted yet. */
  lost: string[];
  /** What was uploaded; they can still be watched, and nobody has noted it yet. */
  unsourced: string[];
  /** What was uploaded, and their owners are told. */
  known: string[];
  /** How many objects of theirs. */
  knownObjects: number;
  /** Anything, and they are in the trash. */
  trashed: string[];
  /** Nothing any more: what was uploaded was noted as lost, and is there. */
  returned: string[];
  /** How many objects of versions that nobody is shown: those go by themselves. */
  unshown: number;
  /** How many objects that rows of another kind name. */
  others: number;
}

/** An object of each kind may be missing; a version that is shown counts, one that another took the place of does not. */
const lacking = `
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
  where k.object_key = any ($1)`;

/** Steps that end with a new version of everything; the others add to the one that is there. */
const underWay = `exists (select from processing_step p where p.recording_id = r.id
  and p.state in ('pending', 'running') and p.kind not in ('piece', 'poster'))`;

interface Row {
  id: string;
  objects: number;
  isSourceMissing: boolean;
  isMediaMissing: boolean;
  isPlayable: boolean;
  isUncompleted: boolean;
  isTold: boolean;
  isUnderWay: boolean;
  isTrashed: boolean;
}

/**
 * @param client works as the owner of the tables
 * @param missing keys of objects that the store does not have, or has otherwise than their rows say
 */
export async function whoLacks(client: pg.ClientBase, missing: string[]): Promise<Lacking> {
  const { rows } = await client.query<Row>(
    `select r.id, count(distinct l.key)::int as objects,
       bool_or(l.what = 'source') as "isSourceMissing", bool_or(l.what = 'media') as "isMediaMissing",
       r.playable as "isPlayable",
       exists (select from upload u join source s using (recording_id, object_key)
         where u.recording_id = r.id and u.finished_at is not null and u.growth is not null) as "isUncompleted",
       r.failure_code is not distinct from 'source_missing' as "isTold",
       ${underWay} as "isUnderWay",
       r.deleted_at is not null as "isTrashed"
     from (${lacking}) l join recording r on r.id = l.recording_id group by r.id order by r.id`,
    [missing],
  );
  const { rows: returned } = await client.query<{ id: string }>(
    `select r.id from recording r
     where r.failure_code = 'source_missing' and r.deleted_at is null and not ${underWay}
       and exists (select from source s where s.recording_id = r.id)
       and not exists (select from (${lacking}) l where l.recording_id = r.id)
     order by r.id`,
    [missing],
  );
  // Asked of the rows as they are now: what was deleted or made anew meanwhile, nothing names any more.
  const { rows: counts } = await client.query<{ unshown: number; others: number }>(
    `select (count(*) filter (where chunk))::int as unshown, (count(*) filter (where not chunk))::int as others
     from (select key in (select object_key from rendition_chunk) as chunk
       from (${await namedObjectsQuery(client)}) n
       where key = any ($1) and key not in (select l.key from (${lacking}) l)) m`,
    [missing],
  );
  const rowsOf = (fate: ReturnType<typeof fateOf>) => rows.filter((row) => fateOf(row) === fate);
  const idsOf = (fate: ReturnType<typeof fateOf>) => rowsOf(fate).map(({ id }) => id);
  return {
    unmade: idsOf('unmade'),
    remaking: idsOf('remaking'),
    uncompleted: idsOf('uncompleted'),
    completing: idsOf('completing'),
    lost: idsOf('lost'),
    unsourced: idsOf('unsourced'),
    known: idsOf('known'),
    knownObjects: rowsOf('known').reduce((sum, { objects }) => sum + objects, 0),
    trashed: idsOf('trashed'),
    returned: returned.map(({ id }) => id),
    ...(counts[0] ?? { unshown: 0, others: 0 }),
  };
}

/** A step under way makes anew what was made, and completes an upload; it brings back nothing that was uploaded. */
function fateOf(row: Row) {
  const { isSourceMissing, isUnderWay, isPlayable } = row;
  const isTold = row.isTold && !isUnderWay;
  if (row.isTrashed) return 'trashed';
  if (!isSourceMissing) return isUnderWay ? 'remaking' : 'unmade';
  // Without what lies beside its published renditions a recording can still be watched.
  if (isPlayable && !row.isMediaMissing) return isTold ? 'known' : 'unsourced';
  if (row.isUncompleted) return isUnderWay ? 'completing' : 'uncompleted';
  return isTold && !isPlayable ? 'known' : 'lost';
}

/** Ids of the recordings that lack something and that somebody has to see to. */
export function unseenTo(lacking: Lacking): string[] {
  const { unmade, uncompleted, completing, lost, unsourced } = lacking;
  return [unmade, uncompleted, completing, lost, unsourced].flat();
}
