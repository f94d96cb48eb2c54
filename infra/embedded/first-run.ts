import { roleUrl } from '../src/config/index.ts';
import { withConnection } from '../src/database/connection.ts';

/** Whether anybody has an account; until then nobody can sign in. */
export async function hasPeople(databaseUrl: string, secret: string): Promise<boolean> {
  return withConnection(roleUrl(databaseUrl, secret, 'migrator'), async (client) => {
    await client.query('set role second_look_owner');
    const { rowCount } = await client.query('select from auth."user" limit 1');
    return rowCount === 1;
  });
}

/** What the operator does first where nobody has an account. */
export const howToBegin = `
Nobody has an account yet. Make the organisation and its first administrator with
  npm run second-look -- admin create
`;
