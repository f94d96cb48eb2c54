import { createHash } from 'node:crypto';
import type { Database } from '@second-look/infra/database';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError } from '../../http/problems.ts';

const minutes = 60;

/**
 * Counts failed tries to sign in, in PostgreSQL so that every server counts together: ten in ten minutes
 * for one address of a person from one place, a hundred in an hour for it from anywhere. A whole school
 * behind one network address is not held up by one who forgot.
 * @param database opened as the role `auth`
 */
export function openSignInLimit(database: Database) {
  const limiter = (keyPrefix: string, points: number, duration: number) =>
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
  const fromHere = limiter('here', 10, 10 * minutes);
  const fromAnywhere = limiter('anywhere', 100, 60 * minutes);
  const keys = (email: string, place: string) => {
    const who = createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
    return [
      [fromHere, `${who} ${place}`],
      [fromAnywhere, who],
    ] as const;
  };

  return {
    /**
     * Counts a try before its password is looked at, so that many at once are counted too.
     * @throws ProblemError too_many_requests
     */
    begin: async (email: string, place: string) => {
      try {
        // One after the other: what this place may not try any more must not count against the person elsewhere.
        for (const [limit, key] of keys(email, place)) await limit.consume(key);
      } catch (error) {
        if (error instanceof RateLimiterRes) throw new ProblemError('too_many_requests');
        throw error;
      }
    },
    /** Takes the count back: only failures are to be left. */
    succeeded: async (email: string, place: string) => {
      const [here, anywhere] = keys(email, place);
      await Promise.all([here[0].delete(here[1]), anywhere[0].reward(anywhere[1])]);
    },
  };
}
