import pg from 'pg';
import { roleUrl } from '../src/config/index.ts';

/** Whether anybody has an account; until then nobody can sign in. */
export async function hasPeople(databaseUrl: string, secret: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: roleUrl(databaseUrl, secret, 'migrator') });
  await client.connect();
  try {
    await client.query('set role second_look_owner');
    const { rowCount } = await client.query('select from auth."user" limit 1');
    return rowCount === 1;
  } finally {
    await client.end();
  }
}

/** What the operator does first where nobody has an account. */
export const howToBegin = `
Nobody has an account yet. Make the organisation and its first administrator with
  npm run second-look -- admin create
`;
