import { setTimeout as pause } from 'node:timers/promises';
import type { HeldClaim } from './claim.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { logFile } from './logs.ts';
import { ensureDatabase, type RunningPostgres, startPostgres } from './postgres.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

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

  const loop = (async () => {
    let pauseMs = firstPauseMs;
    for (;;) {
      await postgres.ended;
      while (!stopping.signal.aborted) {
        say(`The database stopped; starting it again in ${pauseMs / 1_000} s. Its log: ${log}`);
        await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        const next = await start().catch(() => undefined);
        if (!next) continue;
        postgres = next;
        pauseMs = firstPauseMs;
        break;
      }
      if (stopping.signal.aborted) return;
    }
  })();

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
