import { setTimeout as pause } from 'node:timers/promises';
import { sqlState } from '@second-look/infra/database';
import { withConnection } from '@second-look/infra/database/connection';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const somebody = '00000000-0000-7000-8000-000000000001';

describe('working as a person', () => {
  it('lasts as long as its transaction, whatever becomes of it', async () => {
    const app = database.as('app');
    const me = sql`select access.me() as me`;
    expect((await app.as(somebody, (tx) => tx.execute(me))).rows).toEqual([{ me: somebody }]);
    const failing = app.as(somebody, async () => {
      throw new Error('Something broke.');
    });
    await expect(failing).rejects.toThrow('broke');
    // Every connection of the pool, among them the two that worked as somebody.
    const all = await Promise.all([1, 2, 3, 4].map(() => app.plain.execute(me)));
    for (const { rows } of all) expect(rows).toEqual([{ me: null }]);
  });

  it('fails where its connection breaks between two queries, and ends no process', async () => {
    const app = database.as('app');
    const work = app.as(somebody, async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await breakOff(rows[0]?.pid);
      await tx.execute(sql`select 1`);
    });
    await expect(work).rejects.toThrow();
    await expect(app.as(somebody, (tx) => tx.execute(sql`select 1`))).resolves.toBeTruthy();
  });

  it('takes back what was done before something broke', async () => {
    const app = database.as('app');
    const { pool } = database.as('admin');
    await pool.query(
      `insert into auth."user" (id, name, email) values ($1, 'Somebody', 'a@b.test')`,
      [somebody],
    );
    const failing = app.as(somebody, async (tx) => {
      await tx.execute(
        sql`insert into recording (id, owner_id, client_id, title) values (${somebody}, ${somebody}, ${somebody}, 'x')`,
      );
      throw new Error('Something broke.');
    });
    await expect(failing).rejects.toThrow('broke');
    expect((await pool.query('select from recording')).rowCount).toBe(0);
  });
});

describe('the state of a failed query', () => {
  it.each([
    ['42501', sql`select email from auth."user"`],
    ['42P01', sql`select from nowhere`],
    ['22P02', sql`select 'x'::uuid`],
    ['P0001', sql`do $$ begin raise exception 'x'; end $$`],
  ])('is found wherever it stands: %s', async (state, query) => {
    const error = await database
      .as('app')
      .as(somebody, (tx) => tx.execute(query))
      .catch((caught: unknown) => caught);
    expect(sqlState(error)).toBe(state);
  });

  it('is none where no database spoke', () => {
    expect(sqlState(new Error('x'))).toBeUndefined();
    expect(sqlState(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined();
    expect(sqlState(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBeUndefined();
    expect(sqlState('42501')).toBeUndefined();
  });
});

describe('a login that may read everything', () => {
  it('is refused', async () => {
    await database.as('app').check();
    await database.as('worker').check();
    await expect(database.as('admin').check()).rejects.toThrow('may read everything');
    await expect(database.as('migrator').check()).rejects.toThrow('may read everything');
  });
});

it('one connection for one piece of work fails where it breaks, and ends no process', async () => {
  const work = withConnection(database.adminUrl, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await breakOff(rows[0]?.pid);
    await client.query('select 1');
  });
  await expect(work).rejects.toThrow();
});

/** Has the database end one of its connections, and leaves time for its last words to arrive. */
async function breakOff(pid: number | undefined) {
  await database.as('admin').pool.query('select pg_terminate_backend($1)', [pid]);
  await pause(200);
}
