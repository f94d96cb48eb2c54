/** A recording that comes in several files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { append, beginUpload } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
});
afterAll(() => server.stop());

const bytes = (length: number) => new Uint8Array(length).fill(7);
const draftOf = async (parts: number) =>
  (await amira.post('/api/recordings', { title: 'In parts', parts })).id;
const get = (id: string) => amira.get(`/api/recordings/${id}`);
const steps = async (id: string) => {
  const { pool } = server.place.database.as('admin');
  const query = 'select kind from processing_step where recording_id = $1';
  return (await pool.query(query, [id])).rows;
};

describe('files that are one recording', () => {
  it('may come in any order and at once, and are worked on when the last is whole', async () => {
    const id = await draftOf(3);
    const last = await beginUpload(amira, id, 300, '00003.MTS', 2);
    const first = await beginUpload(amira, id, 100, '00001.MTS', 0);
    expect(await get(id)).toMatchObject({ state: 'uploading', progress: 0 });
    expect((await append(amira, last, 0, bytes(300))).status).toBe(204);
    expect((await append(amira, first, 0, bytes(50))).status).toBe(204);
    const half = await get(id);
    expect(half).toMatchObject({ state: 'uploading', progress: 0.5 });
    expect(half.source).toEqual({
      ...{ filename: '00001.MTS', sizeBytes: 400, receivedBytes: 350, isSafe: false, parts: 3 },
      files: [
        { part: 0, filename: '00001.MTS', sizeBytes: 100, receivedBytes: 50 },
        { part: 2, filename: '00003.MTS', sizeBytes: 300, receivedBytes: 300 },
      ],
    });
    expect((await append(amira, first, 50, bytes(50))).status).toBe(204);
    expect(await get(id)).toMatchObject({ state: 'uploading' });
    expect(await steps(id)).toEqual([]);
    const second = await beginUpload(amira, id, 200, '00002.MTS', 1);
    expect((await append(amira, second, 0, bytes(200))).status).toBe(204);
    expect(await get(id)).toMatchObject({ state: 'processing' });
    expect(await steps(id)).toEqual([{ kind: 'prepare' }]);
  });

  it('are worked on once where the last two end at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await draftOf(2);
      const uploads = await Promise.all(
        [0, 1].map((part) => beginUpload(amira, id, 10, `${part}.mp4`, part)),
      );
      const answers = await Promise.all(
        uploads.map((upload) => append(amira, upload, 0, bytes(10))),
      );
      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
      expect(await get(id)).toMatchObject({ state: 'processing' });
      expect(await steps(id)).toEqual([{ kind: 'prepare' }]);
    }
  });

  it('have each their place, once, among as many as were said', async () => {
    const id = await draftOf(2);
    const first = await beginUpload(amira, id, 10, '0.mp4', 0);
    expect(await beginUpload(amira, id, 10, '0.mp4', 0)).toBe(first);
    await expect(beginUpload(amira, id, 11, '0.mp4', 0)).rejects.toThrow('409');
    await append(amira, first, 0, bytes(10));
    await expect(beginUpload(amira, id, 10, '0.mp4', 0)).rejects.toThrow('409');
    await expect(beginUpload(amira, id, 10, '2.mp4', 2)).rejects.toThrow('422');
    await expect(beginUpload(amira, id, 10, 'x.mp4', -1)).rejects.toThrow('404');
    expect(await get(id)).toMatchObject({ source: { files: [{ part: 0 }] } });
  });

  it('go on where one was given up', async () => {
    const id = await draftOf(2);
    const first = await beginUpload(amira, id, 10, '0.mp4', 0);
    const second = await beginUpload(amira, id, 10, '1.mp4', 1);
    await append(amira, second, 0, bytes(10));
    const gone = await amira.ask('DELETE', first, undefined, { 'tus-resumable': '1.0.0' });
    expect(gone.status).toBe(204);
    expect(await get(id)).toMatchObject({ state: 'uploading', source: { files: [{ part: 1 }] } });
    const again = await beginUpload(amira, id, 20, 'other.mp4', 0);
    await append(amira, again, 0, bytes(20));
    expect(await get(id)).toMatchObject({ state: 'processing', source: { filename: 'other.mp4' } });
  });

  it('are no more than fifty, and at least one', async () => {
    for (const parts of [0, 51, 1.5])
      expect((await amira.ask('POST', '/api/recordings', { title: 'x', parts })).status).toBe(422);
  });
});
