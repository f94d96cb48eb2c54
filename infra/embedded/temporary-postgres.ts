import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from './cluster.ts';
import { isPostmaster, postmasterPid, startPostgres } from './postgres.ts';
import { unprivilegedAccount } from './postgres-binaries.ts';
import { identify, isAlive, signalGroup, waitForEnd } from './processes.ts';

const prefix = 'second-look-postgres-';

export interface TemporaryPostgres {
  /** Its `postgres` database, as the superuser. */
  adminUrl: string;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** A PostgreSQL of the embedded kind for one run of tests, in a folder of its own: quick, and safe against nothing. */
export async function startTemporaryPostgres(): Promise<TemporaryPostgres> {
  await removeAbandoned();
  const account = unprivilegedAccount();
  const home = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(home, 'owner.json'), JSON.stringify(identify(process.pid)));
  if (account) chownSync(home, account.uid, account.gid);
  const cluster = openCluster(join(home, 'database'), account);
  const postgres = await startPostgres(cluster, {
    logFile: join(home, 'database.log'),
    settings: [
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
      'max_connections=300',
    ],
  });
  return {
    adminUrl: postgres.adminUrl('postgres'),
    async stop() {
      await postgres.stop(10_000);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Ends and removes what runs left behind that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const home = join(tmpdir(), name);
    try {
      const owner = JSON.parse(readFileSync(join(home, 'owner.json'), 'utf8'));
      if (isAlive(owner)) continue;
      const dataFolder = join(home, 'database/cluster');
      const postmaster = identify(postmasterPid(dataFolder));
      if (postmaster && isPostmaster(postmaster.pid, dataFolder)) {
        signalGroup(postmaster.pid, 'SIGQUIT');
        await waitForEnd([postmaster], 10_000);
      }
      rmSync(home, { recursive: true, force: true });
    } catch {
      // Somebody else's, or half gone already.
    }
  }
}
