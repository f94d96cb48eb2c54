import { randomUUID } from 'node:crypto';
import type { ClockWatch } from '@second-look/infra/clock';
import type { Database } from '@second-look/infra/database';
import type { Logger } from '@second-look/infra/log';
import { worker } from '@second-look/migrations/schema';
import { eq, lt, sql } from 'drizzle-orm';
import type { Sweep } from './jobs/sweep.ts';

const everyMs = 30_000;

export interface Facts {
  version: string;
  nodeVersion: string;
  ffmpegVersion: string;
  /** A day, as `2025-08-22`; `null` where nobody can say. */
  ffmpegReleasedOn: string | null;
}

export interface Life {
  /** Takes the worker's row away: whoever stops is not missed. */
  stop(): Promise<void>;
}

/** Tells administrators, by a row kept fresh, that this worker is there, what it works with, and when it swept. */
export function showLife(
  { database, log }: { database: Database; log: Logger },
  facts: Facts,
  { sweep, clock }: { sweep: Pick<Sweep, 'lastAt'>; clock: ClockWatch },
): Life {
  const id = randomUUID();
  const tell = async () => {
    const news = { clockAheadMs: Math.round(clock.aheadMs()), sweptAt: sweep.lastAt() };
    await database.plain
      .insert(worker)
      .values({ id, ...facts, ...news })
      .onConflictDoUpdate({ target: worker.id, set: { ...news, seenAt: sql`now()` } });
    await database.plain.delete(worker).where(lt(worker.seenAt, sql`now() - interval '1 day'`));
  };
  let current = Promise.resolve();
  const run = () => {
    current = tell().catch((error) => log.warn({ err: error }, 'no sign of life was given'));
  };
  run();
  const timer = setInterval(run, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await current;
      await database.plain
        .delete(worker)
        .where(eq(worker.id, id))
        .catch(() => {});
    },
  };
}
