import { tolerableClockMs } from '@second-look/core/time';
import { sql } from 'drizzle-orm';
import type { Database } from '../database/index.ts';
import type { Logger } from '../log/index.ts';

const everyMs = 5 * 60_000;

export interface ClockWatch {
  /** How far this machine's clock was ahead of the database's when it was last asked, behind where negative. */
  aheadMs(): number;
  stop(): void;
}

/**
 * How far this machine's clock is ahead of the database's, in milliseconds; behind where negative. 0 where
 * the question took longer than they differ.
 */
export async function clockAheadMs(
  { plain }: Pick<Database, 'plain'>,
  now: () => number = Date.now,
): Promise<number> {
  const beforeMs = now();
  const { rows } = await plain.execute<{ ms: number }>(
    sql`select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  const afterMs = now();
  const databaseMs = rows[0]?.ms ?? beforeMs;
  if (databaseMs < beforeMs) return beforeMs - databaseMs;
  return Math.min(0, afterMs - databaseMs);
}

/** Compares the clocks now and then, and tells the log when they begin to differ, and when they agree again. */
export async function watchClock(
  database: Pick<Database, 'plain'>,
  log: Pick<Logger, 'warn' | 'info'>,
  now: () => number = Date.now,
): Promise<ClockWatch> {
  let aheadMs = 0;
  const look = async () => {
    const wasOff = Math.abs(aheadMs) > tolerableClockMs;
    aheadMs = await clockAheadMs(database, now).catch(() => aheadMs);
    const isOff = Math.abs(aheadMs) > tolerableClockMs;
    const sentence = `This machine's clock is ${Math.round(Math.abs(aheadMs) / 1000)} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: let both be set by the network's time (NTP).`;
    if (isOff && !wasOff) log.warn({ clockAheadMs: aheadMs }, sentence);
    if (wasOff && !isOff) log.info('The clocks agree again.');
  };
  await look();
  const timer = setInterval(look, everyMs);
  return { aheadMs: () => aheadMs, stop: () => clearInterval(timer) };
}
