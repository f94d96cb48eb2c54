import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState } from '@second-look/infra/database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepare } from './prepare.ts';
import { type RunningServer, startServer } from './server.ts';
import { showcase } from './showcase.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

it('an answer that comes while its note moves to another conversation is refused', async () => {
  const world = await prepare(server, showcase);
  const owner = world.people[0]?.id ?? '';
  const [first, second] = world.conversations.filter(
    ({ recordingId }) => recordingId === world.recordings[0]?.id,
  );
  const ben = world.principals.find(({ id }) => id === first?.principalId)?.userId ?? '';
  const database = server.database.as('app');
  const noteId = crypto.randomUUID();
  await database.as(owner, (tx) =>
    tx.execute(sql`insert into annotation (id, recording_id, conversation_id, author_id, client_id, start_ms, kind, body)
      values (${noteId}, ${first?.recordingId}, ${first?.id}, ${owner}, ${noteId}, 0, 'notice', '')`),
  );
  const answer = () =>
    database.as(ben, (tx) =>
      tx.execute(sql`insert into reply (id, annotation_id, author_id, client_id, body)
        values (${crypto.randomUUID()}, ${noteId}, ${ben}, ${crypto.randomUUID()}, 'Meant for you')`),
    );
  let answering: Promise<unknown> | undefined;
  await database.as(owner, async (tx) => {
    await tx.execute(
      sql`update annotation set conversation_id = ${second?.id} where id = ${noteId}`,
    );
    answering = answer().then(
      () => 'written',
      (error) => sqlState(error),
    );
    // Until the answer waits for the move.
    for (let waiting = 0; waiting === 0; await sleep(20)) {
      const { rowCount } = await server.database
        .as('admin')
        .plain.execute(sql`select from pg_locks where locktype = 'advisory' and not granted`);
      waiting = rowCount ?? 0;
    }
  });
  expect(await answering).toBe('42501');
});
