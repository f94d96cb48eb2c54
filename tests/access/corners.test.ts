import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepare } from './prepare.ts';
import { type RunningServer, startServer } from './server.ts';
import { showcase } from './showcase.ts';

/** What random worlds do not reach: passing on, several cuts for one person, and a clip's length. */

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const [amira, ben, carys, stranger] = [0, 1, 2, 5];

it('whoever holds the right to pass a grant on can do so', async () => {
  const world = await prepare(server, showcase);
  const body = { principal: { type: 'user', id: world.people[carys]?.id }, rights: ['view'] };
  const url = `/api/recordings/${world.recordings[0]?.id}/grants`;
  const { status } = await server.ask(world.people[ben]?.id ?? '', { method: 'POST', url, body });
  expect(status).toBe(201);
});

it('a conversation is shown once, also where two cuts are shared with the same person', async () => {
  const clip = { cut: 1, principal: ben, rights: [], by: null, expires: null, isRevoked: false };
  const world = await prepare(server, { ...showcase, grants: [...showcase.grants, clip] });
  const url = `/api/recordings/${world.recordings[0]?.id}`;
  const { body } = await server.ask(world.people[amira]?.id ?? '', { method: 'GET', url });
  const ids = JSON.parse(body).conversations.map(({ id }: { id: string }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

it('whoever holds a clip is not told how long the lesson is', async () => {
  const world = await prepare(server, showcase);
  const url = `/api/recordings/${world.recordings[0]?.id}`;
  const { body } = await server.ask(world.people[stranger]?.id ?? '', { method: 'GET', url });
  const clip = world.cuts[1];
  expect(JSON.parse(body).durationMs).toBe((clip?.endMs ?? 0) - (clip?.startMs ?? 0));
});
