import { StoreFull } from '@second-look/infra/object-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { append, beginUpload, draft } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it('an upload that fills the store is told so, and goes on once there is room', async () => {
  const amira = await server.as('amira');
  const upload = await beginUpload(amira, await draft(amira), 1_000);
  expect((await append(amira, upload, 0, Buffer.alloc(400))).status).toBe(204);

  const { append: whereThereIsRoom } = server.store;
  server.store.append = () => Promise.reject(new StoreFull('There is no room.'));
  const refused = await append(amira, upload, 400, Buffer.alloc(600));
  server.store.append = whereThereIsRoom;
  expect([refused.status, await refused.json()]).toEqual([
    507,
    expect.objectContaining({ code: 'no_space' }),
  ]);
  expect((await append(amira, upload, 400, Buffer.alloc(600))).status).toBe(204);
});
