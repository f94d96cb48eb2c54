import { chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openCluster } from '../../infra/embedded/cluster.ts';
import { startPostgres } from '../../infra/embedded/postgres.ts';
import { unprivilegedAccount } from '../../infra/embedded/postgres-binaries.ts';
import { startRedis } from '../world/redis.ts';

/** What a queue is on, to be stopped and started. */
export interface Engine {
  /** Address of the queue. */
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Takes away all that the queue holds, as if it had never been there. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** A PostgreSQL of its own that flushes as it does for its users. */
export async function openPostgres(): Promise<Engine> {
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

/** A Redis of its own that writes down what it holds every second. */
export async function openRedis(): Promise<Engine> {
  const redis = await startRedis();
  return {
    ...redis,
    empty: async () => {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
    },
  };
}
