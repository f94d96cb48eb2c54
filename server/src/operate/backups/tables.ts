import type pg from 'pg';

export interface Table {
  schema: string;
  name: string;
  /** Its columns, without those that the database computes. */
  columns: string[];
  /** What its rows are ordered by, as SQL: the same in every database. */
  order: string;
  /** Whether the policies hold its owner too. */
  isForced: boolean;
}

/**
 * What a backup leaves out: who is signed in, codes on their way, what counts tries, who works just now. All
 * of it comes back by itself, and none of it should outlive the day on a backup's disk.
 */
const passing = [
  'auth.session',
  'auth.verification',
  'auth.rate_limit',
  'auth.failed_sign_in',
  'public.worker',
];

export const isPassing = ({ schema, name }: Pick<Table, 'schema' | 'name'>) =>
  passing.includes(`${schema}.${name}`);

interface Row extends Table {
  oid: number;
  parents: number[];
  isReadable: boolean;
}

/**
 * Every table of the product, each behind those that its rows refer to.
 * @param client works as the owner of the tables
 * @throws where the owner could not read all rows of one, which would be left out without a word
 */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Row>(`
    select c.oid::int, n.nspname as schema, c.relname as name, c.relforcerowsecurity as "isForced",
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      coalesce(
        (select string_agg(format('%I%s', a.attname,
            case when a.attcollation <> 0 then ' collate "C"' end), ', ' order by k.position)
          from pg_index i
          cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
          where i.indrelid = c.oid and i.indisprimary),
        format('%I::text collate "C"', c.relname)) as order,
      array(select f.confrelid::int from pg_constraint f
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as parents,
      not c.relrowsecurity or exists (
        select from pg_policy p
        where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
          and pg_get_expr(p.polqual, p.polrelid) = 'true'
          and 'second_look_owner'::regrole = any (p.polroles)) as "isReadable"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('auth', 'public')
    order by n.nspname, c.relname`);
  const hidden = rows.find(({ isReadable }) => !isReadable);
  if (hidden)
    throw new Error(
      `The owner of the tables may not read ${hidden.schema}.${hidden.name}: the migration that made it has to add the policy owner_reads.`,
    );
  return parentsFirst(rows);
}

function parentsFirst(rows: Row[]): Table[] {
  const ordered: Row[] = [];
  const visit = (row: Row, path: Row[]) => {
    if (ordered.includes(row)) return;
    if (path.includes(row)) throw new Error(`The table ${row.name} refers to itself in a circle.`);
    for (const parent of rows.filter(({ oid }) => row.parents.includes(oid)))
      visit(parent, [...path, row]);
    ordered.push(row);
  };
  for (const row of rows) visit(row, []);
  return ordered.map(({ schema, name, columns, order, isForced }) => ({
    schema,
    name,
    columns,
    order,
    isForced,
  }));
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function nameOf({ schema, name }: Pick<Table, 'schema' | 'name'>): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

/** All rows of a table, always in the same order. */
export function allRows(
  table: Pick<Table, 'schema' | 'name' | 'order'>,
  columns: string[],
): string {
  return `select ${columns.map(quoted).join(', ')} from ${nameOf(table)} order by ${table.order}`;
}
