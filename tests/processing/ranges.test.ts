import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { lesson } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
/** The address of the picture's files, and the object that they lie in. */
let folder: string;
let object: Buffer;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  const id = await lesson(server, amira);
  const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
  const main = entry.headers.get('location') ?? '';
  const { text } = await amira.ask('GET', main);
  folder = main.replace('main.m3u8', /^(\S+)\/media\.m3u8$/m.exec(text)?.[1] ?? '');
  const { pool } = server.place.database.as('admin');
  const { rows } = await pool.query(
    'select object_key from rendition_chunk where rendition_id = $1',
    [folder.split('/').at(-1)],
  );
  object = await buffer(await server.store.read(rows[0].object_key));
});
afterAll(() => server.stop());

async function ask(name: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(`${server.address}${folder}/${name}`, {
    method,
    headers: { cookie: amira.cookie, ...headers },
  });
  return { answer, body: Buffer.from(await answer.arrayBuffer()) };
}

describe('a part of a lesson', () => {
  it('lies in the chunk as the database says', async () => {
    const parts: Buffer[] = [];
    for (const name of ['init.mp4', '0.m4s', '1.m4s']) parts.push((await ask(name)).body);
    expect(Buffer.concat(parts).equals(object)).toBe(true);
    expect((await ask('chunks/0.mp4')).body.equals(object)).toBe(true);
    expect((await ask('2.m4s')).answer.status).toBe(404);
  });

  it.each(['0.m4s', 'chunks/0.mp4'])('is sent in ranges of its own bytes: %s', async (name) => {
    const { answer: whole, body } = await ask(name);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const { answer, body: part } = await ask(name, { range: 'bytes=10-19' });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes 10-19/${body.length}`);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(part.equals(body.subarray(10, 20))).toBe(true);
    const last = await ask(name, { range: 'bytes=-5' });
    expect(last.body.equals(body.subarray(-5))).toBe(true);
    const rest = await ask(name, { range: `bytes=${body.length - 7}-${body.length + 700}` });
    expect([rest.answer.status, rest.body.length]).toEqual([206, 7]);
    for (const range of ['bytes=5-1', 'bytes=0-1,3-4', 'pages=1-2']) {
      const { answer, body: all } = await ask(name, { range });
      expect([range, answer.status, all.length]).toEqual([range, 200, body.length]);
    }
  });

  it.each(['0.m4s', 'chunks/0.mp4'])(
    'says where it ends to whoever asks beyond: %s',
    async (name) => {
      const { body } = await ask(name);
      for (const range of [`bytes=${body.length}-`, `bytes=${body.length}-${body.length + 9}`]) {
        const { answer, body: refusal } = await ask(name, { range });
        expect([answer.status, answer.headers.get('content-range')]).toEqual([
          416,
          `bytes */${body.length}`,
        ]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect(JSON.parse(refusal.toString())).toMatchObject({
          code: 'no_such_range',
          status: 416,
        });
      }
    },
  );

  it('is sent in a range only of what the client has the beginning of', async () => {
    const { answer, body } = await ask('0.m4s');
    const tag = answer.headers.get('etag') ?? '';
    const same = await ask('0.m4s', { range: 'bytes=0-9', 'if-range': tag });
    expect([same.answer.status, same.body.length]).toEqual([206, 10]);
    const other = await ask('0.m4s', { range: 'bytes=0-9', 'if-range': '"another"' });
    expect([other.answer.status, other.body.length]).toEqual([200, body.length]);
    const known = await ask('0.m4s', { range: 'bytes=0-9', 'if-none-match': tag });
    expect([known.answer.status, known.body.length]).toEqual([304, 0]);
    const head = await ask('0.m4s', { range: 'bytes=0-9' }, 'HEAD');
    expect([head.answer.status, head.answer.headers.get('content-length')]).toEqual([
      200,
      String(body.length),
    ]);
  });
});
