import { chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe } from 'vitest';
import { openCluster } from '../../infra/embedded/cluster.ts';
import { startPostgres } from '../../infra/embedded/postgres.ts';
import { unprivilegedAccount } from '../../infra/embedded/postgres-binaries.ts';
import { describeQueue, type Engine } from './contract.ts';

/** A cluster that is this file's own, so that it can be stopped. */
async function openPostgres(): Promise<Engine> {
  const account = unprivilegedAccount();
  const home = await mkdtemp(join(tmpdir(), 'second-look-queue-'));
  if (account) chownSync(home, account.uid, account.gid);
  const cluster = openCluster(join(home, 'database'), account);
  const start = () => startPostgres(cluster, { logFile: join(home, 'database.log') });
  let postgres = await start();
  const url = postgres.adminUrl('postgres');
  return {
    url,
    stop: () => postgres.stop(10_000),
    start: async () => {
      postgres = await start();
    },
    empty: async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('drop schema second_look_queue cascade');
      await client.end();
    },
    close: async () => {
      await postgres.stop(10_000);
      await rm(home, { recursive: true, force: true });
    },
  };
}

describe('the queue on PostgreSQL', () => describeQueue(openPostgres));
