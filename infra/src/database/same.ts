import { randomInt } from 'node:crypto';
import pg from 'pg';
import { withConnection } from './connection.ts';
import { sqlState } from './sql-state.ts';
import { DatabaseProblem, lacksLogin, placeOf } from './trouble.ts';

/** What one installation calls its database. */
export interface Addresses {
  /** As `MIGRATOR_DATABASE_URL` names it. */
  adminUrl: string;
  /** As `DATABASE_URL` names it, with a login that the database has. */
  databaseUrl: string;
}

/**
 * Looks, without asking anybody, whether two addresses name databases of one name.
 * @throws DatabaseProblem
 */
export function refuseOtherName(addresses: Addresses): void {
  const nameIn = (url: string) => new pg.Client({ connectionString: url }).database;
  if (nameIn(addresses.adminUrl) !== nameIn(addresses.databaseUrl)) throw different(addresses);
}

/**
 * Makes sure that two addresses lead to the same database. One host has many names, so PostgreSQL is asked: an
 * advisory lock that one connection holds is refused to another in the same database, and unknown elsewhere.
 * (The system's identifier, `pg_control_system`, is also that of every physical copy.)
 * @param admin connected to `adminUrl`
 * @throws DatabaseProblem
 */
export async function refuseOtherPlace(admin: pg.Client, addresses: Addresses): Promise<void> {
  const lock = randomInt(2 ** 47);
  await admin.query('select pg_advisory_lock($1::bigint)', [lock]);
  try {
    const isSame = await withConnection(addresses.databaseUrl, async (client) => {
      const question = 'select not pg_try_advisory_lock($1::bigint) as "isHeld"';
      const { rows } = await client.query<{ isHeld: boolean }>(question, [lock]);
      return rows[0]?.isHeld;
    });
    if (!isSame) throw different(addresses);
  } catch (error) {
    // The login and its password were just made, over there; here one or the other is unknown.
    const isUnknown = sqlState(error) === '28P01' || lacksLogin(error);
    throw isUnknown ? different(addresses, error) : error;
  } finally {
    await admin.query('select pg_advisory_unlock($1::bigint)', [lock]);
  }
}

function different({ adminUrl, databaseUrl }: Addresses, cause?: unknown): DatabaseProblem {
  const places = `${placeOf(databaseUrl)}, and ${placeOf(adminUrl)}`;
  return new DatabaseProblem(
    `DATABASE_URL and MIGRATOR_DATABASE_URL name different databases (${places}): let both name the same one.`,
    { cause },
  );
}
