import type { Config } from '@second-look/infra/config';
import type pg from 'pg';
import { OperatorProblem } from '../command.ts';
import { type Manifest, rowsPath } from './folder.ts';
import { asOwner } from './owner.ts';
import { copyIn, tallyRows } from './rows.ts';
import { allRows, nameOf, readTables, type Table } from './tables.ts';

/** What was in the middle when the backup was taken. */
export interface SetGoing {
  /** Processing steps that were at work and wait again. */
  steps: number;
  /** Recordings whose upload was under way and begins anew. */
  drafts: number;
}

/**
 * Loads every row of a backup, all or none, and holds what came out against its checksums. What follows from
 * changes by trigger is among the rows already, so triggers rest meanwhile, and so do the policies.
 * @throws OperatorProblem where a row came out otherwise than it was
 */
export function loadRows(config: Config, backup: string, manifest: Manifest): Promise<SetGoing> {
  return asOwner(config, 'begin', async (client) => {
    const written = new Map(manifest.tables.map((table) => [nameOf(table), table]));
    const tables = (await readTables(client)).flatMap((table) => {
      const found = written.get(nameOf(table));
      return found ? [{ ...found, order: table.order, isForced: table.isForced }] : [];
    });
    if (tables.length !== written.size)
      throw new OperatorProblem('The backup holds tables that its migrations do not make.');
    for (const table of tables) await rest(client, table);
    for (const table of tables) await copyIn(client, table, rowsPath(backup, table));
    for (const table of tables) {
      const { sha256 } = await tallyRows(client, allRows(table, table.columns));
      if (sha256 !== table.sha256)
        throw new OperatorProblem(
          `The rows of ${table.schema}.${table.name} came out otherwise than they were, so none were kept: tell whoever makes Second Look.`,
        );
    }
    await continueSequences(client);
    const going = await setGoing(client, tables);
    for (const table of tables) await wake(client, table);
    return going;
  });
}

type Forced = Pick<Table, 'schema' | 'name' | 'isForced'>;

async function rest(client: pg.Client, table: Forced) {
  await client.query(`alter table ${nameOf(table)} disable trigger user`);
  if (table.isForced)
    await client.query(`alter table ${nameOf(table)} no force row level security`);
}

async function wake(client: pg.Client, table: Forced) {
  await client.query(`alter table ${nameOf(table)} enable trigger user`);
  if (table.isForced) await client.query(`alter table ${nameOf(table)} force row level security`);
}

/** Numbers that the database gives go on behind the highest that is there. */
async function continueSequences(client: pg.Client) {
  const { rows } = await client.query<{ statement: string }>(`
    select format('select setval(%L, max(%I)) from %I.%I having max(%I) is not null',
      d.objid::regclass, a.attname, n.nspname, c.relname, a.attname) as statement
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
    join pg_class c on c.oid = d.refobjid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('auth', 'public')
    join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')`);
  for (const { statement } of rows) await client.query(statement);
}

/** Nobody is at work on what was under way; the bytes of unfinished uploads are not in a backup. */
async function setGoing(client: pg.Client, tables: Manifest['tables']): Promise<SetGoing> {
  const has = (table: string, column: string) =>
    tables.some(({ name, columns }) => name === table && columns.includes(column));
  // Objects are named by these numbers, and what was made after the backup's moment may lie in a folder of backups
  // still: other bytes under a name that is there would be taken for the same. Minutes since 1970 are higher than
  // any number that was counted up to, also by an installation that was restored before.
  const past = '(extract(epoch from now()) / 60)::int';
  await client.query(
    `update processing_step set attempt = greatest(attempt, ${past}),
       reopened_after = reopened_after + greatest(attempt, ${past}) - attempt`,
  );
  if (has('cut', 'last_version'))
    await client.query(`update cut set last_version = greatest(last_version, ${past})`);
  const steps = await client.query(
    "update processing_step set state = 'pending' where state = 'running'",
  );
  await client.query('delete from upload where finished_at is null');
  // What the other store wanted to know for completing them; an earlier release's stores wanted nothing.
  if (has('upload', 'growth')) await client.query('update upload set growth = null');
  const drafts = await client.query(
    "update recording set state = 'draft', progress = null where state = 'uploading' and id not in (select recording_id from source)",
  );
  return { steps: steps.rowCount ?? 0, drafts: drafts.rowCount ?? 0 };
}
