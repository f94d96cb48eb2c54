import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FixtureName } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import { filmBytes, prepareNow, uploaded } from '../world/lesson.ts';
import { fetchRenditions, framesOf } from '../world/playing.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { oneIn, type Trouble, troubleBefore } from '../world/s3-trouble.ts';
import { startServer, type TestServer } from '../world/server.ts';

let s3: TestS3;
let trouble: Trouble;
let server: TestServer;
let amira: Client;
beforeAll(async () => {
  s3 = await startS3();
  trouble = await troubleBefore(s3.env.S3_ENDPOINT ?? '');
  server = await startServer({ env: { ...s3.env, S3_ENDPOINT: trouble.endpoint } });
  amira = await server.as('amira');
});
afterAll(async () => {
  await server?.stop();
  await trouble?.close();
  await s3?.close();
});

const seed = Date.now() % 2 ** 31;

it.each([
  ['landscape.mp4', 225],
  ['broadcast.ts', 150],
  ['browser.webm', 150],
] satisfies [FixtureName, number][])(
  `%s is prepared whole, at once, from a store that fails one request in five (seed ${seed})`,
  async (name, frames) => {
    trouble.decide(() => 'pass');
    const id = await uploaded(amira, await filmBytes(name));
    const roll = oneIn(5, seed);
    const before = trouble.troubled.length;
    // A stream that breaks off is nothing that the store's own client tries again.
    let reads = 0;
    trouble.decide((asked) => {
      const isRead = asked.method === 'GET' && asked.path.includes('x-id=GetObject');
      return isRead && reads++ === 1 ? 'half-answered' : roll(asked);
    });
    await prepareNow(server, id);
    expect(trouble.troubled.length).toBeGreaterThan(before);
    expect(trouble.troubled.slice(before).map(({ fate }) => fate)).toContain('half-answered');
    trouble.decide(() => 'pass');
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'ready',
      isIncomplete: false,
      source: { isSafe: true },
    });
    const [picture] = await fetchRenditions(amira, id, server.place.dataDir);
    expect(await framesOf(picture?.path ?? '', 'v:0')).toBe(frames);
  },
);
