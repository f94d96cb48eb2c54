import type { HeldClaim } from './claim.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { logFile } from './logs.ts';
import { ensureDatabase, type RunningPostgres, startPostgres } from './postgres.ts';
import { runAgain } from './run-again.ts';

export interface DatabaseService {
  /** The product's database, as the superuser. */
  adminUrl: string;
  claim: HeldClaim | undefined;
  stop(patienceMs: number): Promise<void>;
  /** Waits no longer in a stop that is under way. */
  hurry(): void;
}

/**
 * Starts the data folder's own database and starts it again whenever it ends.
 * @throws StartProblem when it can't be started the first time
 */
export async function keepDatabaseRunning(options: {
  dataDir: string;
  say: (line: string) => void;
}): Promise<DatabaseService> {
  const { dataDir, say } = options;
  const { cluster, claim } = await openEmbeddedDatabase(dataDir, say);
  const log = logFile(dataDir, 'database');
  const start = () => startPostgres(cluster, { logFile: log });
  const stopping = new AbortController();
  let postgres: RunningPostgres = await start();
  await ensureDatabase(postgres, 'second_look');

  const { signal } = stopping;
  let isFirst = true;
  const run = async () => {
    try {
      if (!isFirst) postgres = await start();
    } catch (error) {
      return (error as Error).message;
    }
    isFirst = false;
    // Where the stop was asked for during a restart, stop() ends what was started.
    if (!signal.aborted) await postgres.ended;
  };
  const loop = runAgain(run, { title: 'The database', logFile: log, say, signal });

  return {
    adminUrl: postgres.adminUrl('second_look'),
    claim,
    async stop(patienceMs) {
      stopping.abort();
      await postgres.stop(patienceMs);
      await loop;
      // A restart that was under way when the stop was asked for.
      await postgres.stop(patienceMs);
    },
    hurry: () => void postgres.stop(0),
  };
}
