import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { refusePower } from './power.ts';
import { explain, refuseOldVersion } from './trouble.ts';

export { mayDeleteObjects } from './deletion.ts';
export { sqlState } from './sql-state.ts';
export { DatabaseProblem, explain, refuseOldVersion } from './trouble.ts';

/**
 * The one door to the database. Whatever is asked as a person is asked in a transaction that says who;
 * the policies in migrations/ decide what that person sees.
 */

export type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

export interface Database {
  /** Works as the person `userId`. Nothing that waits for the network belongs inside. */
  as<T>(userId: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Works as the login itself, for what is no person's business: workers, sign-in, health. */
  plain: NodePgDatabase;
  /** The connections underneath, for libraries that want them. */
  pool: pg.Pool;
  /**
   * Looks whether the product can work here.
   * @throws DatabaseProblem where the database does not answer, is too old, or where the login could get
   *   around the policies
   */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param url address with the login's name and password
 * @param onIdleError hears of connections that broke while nobody used them
 */
export function openDatabase(
  url: string,
  { max = 10, onIdleError = () => {} }: { max?: number; onIdleError?: (error: Error) => void } = {},
): Database {
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 10_000 });
  pool.on('error', onIdleError);
  // One that breaks between two queries of a transaction is told by the next.
  pool.on('connect', (client) => client.on('error', () => {}));
  const plain = drizzle({ client: pool });
  return {
    plain,
    pool,
    as: (userId, work) =>
      plain.transaction(async (tx) => {
        await tx.execute(sql`select set_config('app.user_id', ${userId}, true)`);
        return work(tx);
      }),
    check: async () => {
      try {
        await refuseOldVersion(pool);
        await refusePower(pool);
      } catch (error) {
        throw explain(error, url);
      }
    },
    close: () => pool.end(),
  };
}
