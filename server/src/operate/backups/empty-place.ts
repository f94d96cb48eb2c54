import { type Config, roleUrl } from '@second-look/infra/config';
import { withConnection } from '@second-look/infra/database/connection';
import { refuseOtherName, refuseOtherPlace } from '@second-look/infra/database/same';
import { sqlState } from '@second-look/infra/database/sql-state';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { Client } from 'pg';
import { OperatorProblem } from '../command.ts';
import { asOwner } from './owner.ts';
import { isPassing, nameOf, readTables } from './tables.ts';

/**
 * Makes sure that a backup can be restored into the database: nobody uses it, it holds no rows, and its
 * logins are ours to give passwords to. Tables without rows are removed, whatever release made them.
 * @param adminUrl the database as somebody who may make roles in it
 * @throws OperatorProblem, DatabaseProblem
 */
export async function prepareDatabase(adminUrl: string, config: Config): Promise<void> {
  const databaseUrl = roleUrl(config.databaseUrl, config.secret, 'migrator');
  refuseOtherName({ adminUrl, databaseUrl });
  const prepare = async (client: Client) => {
    // Of the catalogue alone: what is in the owner's schemas this login may not even name.
    const { rows } = await client.query<{
      hasLogins: boolean;
      isOurs: boolean;
      users: number;
      tables: number;
    }>(`select
      exists (select from pg_roles where rolname = 'second_look_migrator') as "hasLogins",
      exists (select from pg_tables where schemaname = 'migration' and tablename = 'applied') as "isOurs",
      (select count(*)::int from pg_stat_activity where datname = current_database()
        and usename in ('second_look_app', 'second_look_auth', 'second_look_worker', 'second_look_queue')) as users,
      (select count(*)::int from pg_tables where schemaname in ('public', 'auth')) as tables`);
    const [found] = rows;
    if (found?.hasLogins) {
      await refuseOtherSecret(databaseUrl);
      await refuseOtherPlace(client, { adminUrl, databaseUrl });
    }
    if (found && found.users > 0)
      throw new OperatorProblem(
        'Servers or workers are connected to the database: stop them all, then restore.',
      );
    if (found?.isOurs) await removeEmptyTables(config);
    else if (found && found.tables > 0)
      throw new OperatorProblem(
        'The database holds tables of something else: restore into a database of its own.',
      );
  };
  await withConnection(adminUrl, prepare, 'MIGRATOR_DATABASE_URL');
}

/** Another installation in the same PostgreSQL shares the logins: their passwords must not change under it. */
async function refuseOtherSecret(databaseUrl: string) {
  try {
    await withConnection(databaseUrl, async () => {});
  } catch (error) {
    if (sqlState(error) !== '28P01') throw error;
    throw new OperatorProblem(
      "This PostgreSQL has Second Look's logins already, made with another SECRET: set SECRET to that one, or drop the logins second_look_* where nothing uses them any more.",
    );
  }
}

function removeEmptyTables(config: Config): Promise<void> {
  return asOwner(config, 'begin', async (client) => {
    const tables = (await readTables(client)).filter((table) => !isPassing(table));
    const full: string[] = [];
    for (const table of tables) {
      const { rowCount } = await client.query(`select from ${nameOf(table)} limit 1`);
      if (rowCount) full.push(`${table.schema}.${table.name}`);
    }
    if (full.length > 0)
      throw new OperatorProblem(
        `The database is not empty (there are rows in ${full.slice(0, 3).join(', ')}${full.length > 3 ? ` and ${full.length - 3} more tables` : ''}): restore into an empty one.`,
      );
    await client.query('drop schema if exists access, auth, migration cascade');
    await client.query(`do $$
      declare item record;
      begin
        for item in select format('drop table %s cascade', oid::regclass) as statement from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and not relispartition and relowner = current_user::regrole loop
          execute item.statement;
        end loop;
        for item in select format('drop routine %s cascade', oid::regprocedure) as statement from pg_proc
          where pronamespace = 'public'::regnamespace and proowner = current_user::regrole loop
          execute item.statement;
        end loop;
      end $$`);
  });
}

/**
 * An empty store, or one that a restore of this folder began to fill.
 * @param objects those of the backup folder
 * @throws OperatorProblem
 */
export async function refuseFullStore(store: ObjectStore, objects: ObjectStore): Promise<void> {
  for await (const { key, sizeBytes } of store.list('')) {
    if ((await objects.size(key)) !== sizeBytes)
      throw new OperatorProblem(
        'The store holds objects that are not of this backup: restore into an empty one.',
      );
  }
}
