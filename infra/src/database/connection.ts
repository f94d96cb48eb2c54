import pg from 'pg';
import { type DatabaseSetting, explain } from './trouble.ts';

/**
 * Does one piece of work over a connection of its own, and closes it. Where the connection breaks, the
 * query that waits, or the next one, fails; the process goes on.
 * @param url address with the login's name and password
 * @param setting where that address comes from
 * @throws DatabaseProblem where the database cannot be used as it is
 */
export async function withConnection<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  setting: DatabaseSetting = 'DATABASE_URL',
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw explain(error, url, setting);
  } finally {
    await client.end();
  }
}
