import { type Config, roleUrl } from '@second-look/infra/config';
import { deletionLock } from '@second-look/infra/database/deletion';
import { explain } from '@second-look/infra/database/trouble';
import pg from 'pg';
import { OperatorProblem } from '../command.ts';

type Where = Pick<Config, 'databaseUrl' | 'secret'>;

/** Works in one transaction as the owner of the tables, who reads every row. */
export async function asOwner<T>(
  where: Where,
  begin: 'begin' | 'begin isolation level repeatable read, read only',
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(where);
  try {
    await client.query(begin);
    await client.query('set local role second_look_owner');
    // Whatever the server's habits: long statements end, and values are written one way.
    for (const setting of ["timezone = 'UTC'", "datestyle = 'ISO, YMD'", 'statement_timeout = 0'])
      await client.query(`set local ${setting}`);
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    await client.end();
  }
}

export interface HeldDeletions {
  /** @throws OperatorProblem where the connection was lost, so that something may have been deleted */
  check(): Promise<void>;
  release(): Promise<void>;
}

const patience = '10min';

/** Keeps everybody from deleting objects, from before the rows are read until the last object is copied. */
export async function holdDeletions(where: Where): Promise<HeldDeletions> {
  const client = await connect(where);
  try {
    await client.query('begin');
    await client.query('set local idle_in_transaction_session_timeout = 0');
    await client.query(`set local lock_timeout = '${patience}'`);
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [deletionLock]);
  } catch (error) {
    await client.end();
    const isTaken = error instanceof pg.DatabaseError && error.code === '55P03';
    throw isTaken
      ? new OperatorProblem(
          'Another backup of this database is at work, or a worker or `check --mend` is deleting: wait for the end of that, and start this one again.',
        )
      : error;
  }
  return {
    async check() {
      await client.query('select 1').catch(() => {
        throw new OperatorProblem(
          'The connection to the database was lost, so objects may have been deleted meanwhile: start the backup again, it goes on where it stopped.',
        );
      });
    },
    release: () => client.end(),
  };
}

async function connect({ databaseUrl, secret }: Where): Promise<pg.Client> {
  const connectionString = roleUrl(databaseUrl, secret, 'migrator');
  const client = new pg.Client({ connectionString, keepAlive: true });
  // A connection that breaks while nobody uses it is told by the next query.
  client.on('error', () => {});
  await client.connect().catch((error) => {
    throw explain(error, connectionString);
  });
  return client;
}
