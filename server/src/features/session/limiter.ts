import type { Database } from '@second-look/infra/database';
import { RateLimiterPostgres } from 'rate-limiter-flexible';

/**
 * Counts in PostgreSQL, so that every server counts together.
 * @param database opened as the role `auth`
 * @returns what makes a counter that allows `points` in `duration` seconds for each key
 */
export function openLimiters(database: Database) {
  return (keyPrefix: string, points: number, duration: number) =>
    new RateLimiterPostgres({
      storeClient: database.pool,
      schemaName: 'auth',
      tableName: 'failed_sign_in',
      tableCreated: true,
      clearExpiredByTimeout: true,
      keyPrefix,
      points,
      duration,
    });
}
