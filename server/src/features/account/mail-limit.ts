import { createHash } from 'node:crypto';
import type { Database } from '@second-look/infra/database';
import { type RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError } from '../../http/problems.ts';
import { openLimiters } from '../session/limiter.ts';

const hour = 3_600;

/**
 * Bounds how many mails somebody who is not signed in can have sent: five an hour to one address, a hundred
 * from one place, which may be a whole school.
 * @param database opened as the role `auth`
 */
export function openMailLimit(database: Database) {
  const limiter = openLimiters(database);
  const toAddress = limiter('mail-to', 5, hour);
  const fromPlace = limiter('mail-from', 100, hour);

  return {
    /**
     * @returns whether this address may have another one: whoever asks is not told
     * @throws ProblemError too_many_requests for the place
     */
    allows: async (email: string, place: string): Promise<boolean> => {
      if (!(await take(fromPlace, place))) throw new ProblemError('too_many_requests');
      const who = createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
      return take(toAddress, who);
    },
  };
}

async function take(limiter: RateLimiterPostgres, key: string): Promise<boolean> {
  try {
    await limiter.consume(key);
    return true;
  } catch (error) {
    if (error instanceof RateLimiterRes) return false;
    throw error;
  }
}
