import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { lesson } from '../world/lesson.ts';
import { fetchRenditions, framesOf } from '../world/playing.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { startServer, type TestServer } from '../world/server.ts';

let s3: TestS3;
let server: TestServer;
let amira: Client;
let id: string;
/** The address of the cut, and of its picture. */
let cut: string;
let picture: string;
beforeAll(async () => {
  s3 = await startS3({ isPublic: true });
  server = await startServer({ env: s3.env });
  amira = await server.as('amira');
  id = await lesson(server, amira);
  const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
  const main = entry.headers.get('location') ?? '';
  const { text } = await amira.ask('GET', main);
  cut = main.replace('/main.m3u8', '');
  picture = `${cut}/${/^(\S+)\/media\.m3u8$/m.exec(text)?.[1]}`;
});
afterAll(async () => {
  await server?.stop();
  await s3?.close();
});

describe('media from a store that browsers reach', () => {
  it('are ranges of whole objects, which the store sends after a look here', async () => {
    const { text, headers } = await amira.ask('GET', `${picture}/media.m3u8`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toMatch(/#EXT-X-MAP:URI="chunks\/0\.mp4",BYTERANGE="\d+@0"/);
    expect(text.match(/#EXT-X-BYTERANGE:\d+@\d+\nchunks\/0\.mp4\n/g)).toHaveLength(2);
    const folder = join(server.place.dataDir, 'played');
    await mkdir(folder);
    const [film] = await fetchRenditions(amira, id, folder);
    expect(await framesOf(film?.path ?? '', 'v:0')).toBe(125);
  });

  it.each(['chunks/0.mp4', '../poster.jpg'])(
    'are sent on to an address that holds for a minute and is kept nowhere: %s',
    async (name) => {
      const path = new URL(`${picture}/${name}`, server.address).pathname;
      const { status, headers } = await amira.ask('GET', path);
      expect(status).toBe(302);
      expect(headers.get('cache-control')).toBe('private, no-store');
      const address = new URL(headers.get('location') ?? '');
      expect(address.origin).toBe(s3.env.S3_PUBLIC_URL);
      expect(Number(address.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(60);
      expect(address.searchParams.get('X-Amz-SignedHeaders')).toBe('host');
      const answer = await fetch(address);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      const type = name.endsWith('.jpg') ? 'image/jpeg' : 'video/mp4';
      expect(answer.headers.get('content-type')).toBe(type);
      const head = await amira.ask('HEAD', path);
      expect([head.status, head.headers.get('content-length')]).toEqual([
        200,
        String((await answer.arrayBuffer()).byteLength),
      ]);
    },
  );

  it('come through the server where they are a part of an object: sheets of small pictures', async () => {
    const { storyboardUrl } = await amira.get(`/api/recordings/${id}`);
    const { text } = await amira.ask('GET', storyboardUrl);
    const [sheet = ''] = /storyboard\/0\.jpg/.exec(text) ?? [];
    const { status, headers } = await amira.ask('GET', `${cut}/${sheet}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });

  it('leave the pages nothing else of the store, and stay closed to those who may not see them', async () => {
    const { headers } = await amira.ask('GET', '/api/me');
    const policy = headers.get('content-security-policy') ?? '';
    const origin = s3.env.S3_PUBLIC_URL ?? '';
    const named = policy.split(';').filter((directive) => directive.includes(origin));
    expect(named.map((directive) => directive.split(' ')[0]).sort()).toEqual([
      ...['connect-src', 'img-src', 'media-src'],
    ]);
    const ben = await server.as('ben');
    for (const path of [`${picture}/chunks/0.mp4`, `${cut}/poster.jpg`, `${picture}/0.m4s`]) {
      const { status, headers } = await ben.ask('GET', path, undefined, { range: 'bytes=0-9' });
      expect([status, headers.get('location')]).toEqual([404, null]);
    }
    const grant = await amira.post(`/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: ben.id },
      rights: ['view'],
    });
    expect((await ben.ask('GET', `${picture}/chunks/0.mp4`)).status).toBe(302);
    await amira.ask('DELETE', `/api/grants/${grant.id}`);
    expect((await ben.ask('GET', `${picture}/chunks/0.mp4`)).status).toBe(404);
  });
});

it('media come through the server where browsers do not reach the store', async () => {
  const { S3_PUBLIC_URL, ...env } = s3.env;
  const closed = await startServer({ env });
  try {
    const carys = await closed.as('carys');
    const lessonId = await lesson(closed, carys);
    const entry = await carys.ask('GET', `/api/recordings/${lessonId}/media/main.m3u8`);
    expect(entry.headers.get('content-security-policy')).not.toContain(S3_PUBLIC_URL);
    const [film] = await fetchRenditions(carys, lessonId, closed.place.dataDir);
    expect(await framesOf(film?.path ?? '', 'v:0')).toBe(125);
    const { posterUrl } = await carys.get(`/api/recordings/${lessonId}`);
    expect((await carys.ask('GET', posterUrl)).status).toBe(200);
  } finally {
    await closed.stop();
  }
});
