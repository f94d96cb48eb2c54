import { createHash } from 'node:crypto';
import type { Database } from '@second-look/infra/database';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError } from '../../http/problems.ts';
import { openLimiters } from './limiter.ts';

const minutes = 60;
const days = 24 * 60 * minutes;

/**
 * Counts failed tries to sign in, in PostgreSQL so that every server counts together: ten in ten minutes
 * for one address of a person from one place, a hundred in an hour for it from all places together. A whole school
 * behind one network address is not held up by one who forgot; and a place from which the person has signed in
 * lately is not held up by tries from elsewhere, or anybody could lock them out from there.
 * @param database opened as the role `auth`
 */
export function openSignInLimit(database: Database) {
  const limiter = openLimiters(database);
  const fromHere = limiter('here', 10, 10 * minutes);
  const fromElsewhere = limiter('anywhere', 100, 60 * minutes);
  // As long as a session lasts.
  const signedIn = limiter('signed-in', 1, 14 * days);

  return {
    /**
     * Counts a try before its password is looked at, so that many at once are counted too.
     * @returns what takes the count back once the password was right: only failures are to be left
     * @throws ProblemError too_many_requests
     */
    begin: async (email: string, place: string): Promise<() => Promise<void>> => {
      const who = createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
      const here = `${who} ${place}`;
      try {
        // One after the other: what this place may not try any more must not count against the person elsewhere.
        await fromHere.consume(here);
        const isFamiliar = (await signedIn.get(here)) !== null;
        if (!isFamiliar) await fromElsewhere.consume(who);
        return async () => {
          if (!isFamiliar) await fromElsewhere.reward(who);
          await fromHere.delete(here);
          await signedIn.set(here, 1, signedIn.duration);
        };
      } catch (error) {
        if (error instanceof RateLimiterRes) throw new ProblemError('too_many_requests');
        throw error;
      }
    },
  };
}
