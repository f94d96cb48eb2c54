import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DrawnWorld } from '../world/random.ts';
import { nothing } from './dice.ts';
import { prepare } from './prepare.ts';
import { comparable, type RunningServer, startServer } from './server.ts';
import { showcase } from './showcase.ts';

/** What takes effect when: losing access does at the next request, for media and live updates too. */

let server: RunningServer;
let world: DrawnWorld;
let amira: string;
let ben: string;
let dev: string;
let esther: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  world = await prepare(server, showcase);
  [amira = '', ben = '', , dev = '', esther = ''] = world.people.map(({ id }) => id);
});

const ofCut = ['poster.jpg', 'storyboard/0.jpg', 'waveform'];
const media = (file: string) => {
  const recording = world.recordings[0]?.id;
  const rendition = world.renditions[0];
  const cut = `/api/recordings/${recording}/cuts/${rendition?.cutId}`;
  return ofCut.includes(file) ? `${cut}/${file}` : `${cut}/${rendition?.id}/${file}`;
};

describe('media', () => {
  it.each([...ofCut, 'init.mp4', '0.m4s'])('tells nothing by a tag: %s', async (file) => {
    const asked = { method: 'GET', url: media(file) };
    const shown = await server.ask(amira, asked);
    expect(shown.status).toBe(200);
    const headers = { 'if-none-match': shown.headers.etag ?? '' };
    expect((await server.ask(ben, { ...asked, headers })).status).toBe(304);
    const absent = { ...asked, url: `/api/recordings/${nothing}`, headers };
    for (const person of [dev, esther]) {
      const refused = await server.ask(person, { ...asked, headers });
      expect(refused.status).toBe(404);
      expect(comparable(refused)).toEqual(comparable(await server.ask(person, absent)));
    }
  });

  it('stops at the next request once the grant has ended, or the recording is in the trash', async () => {
    const asked = { method: 'GET', url: media('0.m4s') };
    const beside = { method: 'GET', url: media('storyboard/0.jpg') };
    const grant = world.grants[0]?.id;
    for (const each of [asked, beside]) expect((await server.ask(ben, each)).status).toBe(200);
    await server.ask(amira, { method: 'DELETE', url: `/api/grants/${grant}` });
    for (const each of [asked, beside]) expect((await server.ask(ben, each)).status).toBe(404);

    world = await prepare(server, showcase);
    expect((await server.ask(ben, asked)).status).toBe(200);
    await server.ask(amira, {
      method: 'DELETE',
      url: `/api/recordings/${world.recordings[0]?.id}`,
    });
    expect((await server.ask(ben, asked)).status).toBe(404);
  });

  it('stops with the session', async () => {
    const asked = { method: 'GET', url: media('0.m4s') };
    await server.ask(ben, { method: 'POST', url: '/api/auth/sign-out' });
    expect((await server.ask(ben, asked)).status).toBe(401);
  });
});

describe('live updates', () => {
  it('reach those who see what changed, and nobody else', async () => {
    const heard = await server.listen([amira, ben, dev, esther]);
    const conversationId = world.annotations[0]?.conversationId;
    const recordingId = world.recordings[0]?.id;
    const url = `/api/recordings/${recordingId}/annotations`;
    const body = { startMs: 1000, kind: 'notice', body: 'New', conversationId };
    expect((await server.ask(amira, { method: 'POST', url, body })).status).toBe(201);
    const event = { type: 'annotation', recordingId };
    await expect.poll(() => heard.of(ben), { timeout: 20_000 }).toContainEqual(event);
    await expect.poll(() => heard.of(amira), { timeout: 20_000 }).toContainEqual(event);

    const privately = { ...body, conversationId: null };
    expect((await server.ask(ben, { method: 'POST', url, body: privately })).status).toBe(201);
    await expect.poll(() => heard.of(ben).length, { timeout: 20_000 }).toBe(2);
    expect(heard.of(amira)).toEqual([event]);
    expect([...heard.of(dev), ...heard.of(esther)]).toEqual([]);
    heard.close();
  });
});
