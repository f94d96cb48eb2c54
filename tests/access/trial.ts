import type { Id, World } from '@second-look/core/access';
import type pg from 'pg';
import { type DrawnWorld, draw, type Sketch } from '../world/random.ts';
import { store } from '../world/store.ts';
import type { Attempt } from './dice.ts';
import { everythingVisible } from './sight.ts';

/** Builds a world in a transaction, tries things in it, and takes all of it back. */
export async function inWorld(
  client: pg.Client,
  sketched: Sketch,
  work: (world: DrawnWorld) => Promise<void>,
): Promise<void> {
  await client.query('begin');
  try {
    const world = draw(sketched, { salt: 1, now: 0 });
    await store(client, world);
    await work(world);
  } finally {
    await client.query('rollback');
  }
}

/** Every row that the role `app` sees as this person; as nobody where there is none. */
export async function visibleTo(
  client: pg.Client,
  viewer: Id | '',
  { recordings }: World,
): Promise<string[]> {
  await become(client, viewer);
  const { rows } = await client.query<{ row: string }>(everythingVisible, [
    recordings.map(({ id }) => id),
  ]);
  await client.query('reset role');
  return rows.map(({ row }) => row).sort();
}

/** What the policies refuse, and what refuses rows that point nowhere or stand twice. */
const refusals = ['42501', '23503', '23505'];

/** Does what is attempted, tells whether the database took it, and takes it back. */
export async function isAccepted(client: pg.Client, attempt: Attempt): Promise<boolean> {
  await client.query('savepoint attempt');
  await become(client, attempt.viewer);
  try {
    const { rowCount } = await client.query(attempt.sql, attempt.values);
    return (rowCount ?? 0) > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && refusals.includes(String(error.code))) {
      return false;
    }
    throw error;
  } finally {
    await client.query('rollback to savepoint attempt');
  }
}

/** The person at work from here on, as the role that the server signs in with. */
export async function become(client: pg.Client, viewer: Id | ''): Promise<void> {
  await client.query("select set_config('app.user_id', $1, true)", [viewer]);
  await client.query('set local role second_look_app');
}
