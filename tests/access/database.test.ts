import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import { isFullTier } from '../world/tier.ts';
import { assertSameSight, assertSameWrites } from './properties.ts';
import { lists, sight } from './sight.ts';
import { become } from './trial.ts';

const worlds = isFullTier ? 1000 : 100;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('what the database shows', () => {
  it('has a place here for every table and view', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema', 'migration')
       union all
       select schemaname || '.' || viewname from pg_views
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    expect(Object.keys(sight).sort()).toEqual(rows.map(({ name }) => name).sort());
  });

  it('has a place here for every function that shows rows of a table', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select 'access.' || proname as name from pg_proc join pg_type t on t.oid = prorettype
       where pronamespace = 'access'::regnamespace and t.typrelid <> 0`,
    );
    const functions = rows.map(({ name }) => name);
    expect(functions).toContain('access.notes_of');
    expect(Object.keys(lists)).toEqual(expect.arrayContaining(functions));
  });

  it(`is to each person exactly what the rules show (${worlds} worlds)`, async () => {
    await assertSameSight(client, { worlds });
  });

  it('is refused altogether where a table is closed', async () => {
    for (const [table, shown] of Object.entries(sight)) {
      if (shown !== 'closed') continue;
      await client.query('begin');
      await become(client, '');
      await expect(client.query(`select from ${table}`)).rejects.toMatchObject({ code: '42501' });
      await client.query('rollback');
    }
  });
});

describe('what the database accepts', () => {
  it(`is from each person exactly what the rules allow (${worlds} worlds)`, async () => {
    const counts = await assertSameWrites(client, { worlds });
    // Every kind of attempt must have gone both ways, or nothing was learnt of it.
    for (const [kind, { accepted, refused }] of counts) {
      if (kind !== 'change whatever there is')
        expect(refused, `refused: ${kind}`).toBeGreaterThan(0);
      if (kind !== 'forge' && kind !== 'join a group') {
        expect(accepted, `accepted: ${kind}`).toBeGreaterThan(0);
      }
    }
  });
});
