/** What an owner does with a recording's film: turn it, trim it, choose its cover. */
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flashMs, shown } from '../media/corpus/measure.ts';
import { splitFilm, splitParts } from '../media/split.ts';
import type { Client } from '../world/client.ts';
import { doStep, openSteps, openWorkshop, prepareNow, uploaded } from '../world/lesson.ts';
import { fetchRenditions } from '../world/playing.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let carys: Client;
let split: Awaited<ReturnType<typeof splitParts>>;
let id: string;
beforeAll(async () => {
  split = await splitParts('mp4');
  server = await startServer();
  amira = await server.as('amira');
  carys = await server.as('carys');
});
afterAll(async () => {
  await server.stop();
  await rm(split.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  id = await uploaded(amira, await readFile(split.whole));
  await prepareNow(server, id);
});

const get = (client = amira) => client.get(`/api/recordings/${id}`);
const film = (change: object, client = amira) =>
  client.ask('PATCH', `/api/recordings/${id}/film`, change);
const notes = async (client = amira): Promise<{ body: string; startMs: number }[]> =>
  (await client.get(`/api/recordings/${id}/annotations`)).items.map(
    ({ body, startMs }: { body: string; startMs: number }) => ({ body, startMs }),
  );
const trim = { startMs: 8_500, endMs: 11_000 };

async function bytesOf(url: string): Promise<Buffer> {
  const answer = await fetch(new URL(url, server.address), { headers: { cookie: amira.cookie } });
  return Buffer.from(await answer.arrayBuffer());
}

/** Whatever the recording's playlist and what it names answer now. */
async function addresses(): Promise<string[]> {
  const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
  const main = entry.headers.get('location') ?? '';
  const { text } = await amira.ask('GET', main);
  const renditions = [...text.matchAll(/^[^#\s]+\.m3u8$/gm)].map(([name]) => name);
  const { storyboardUrl, posterUrl, waveform } = await get();
  return [
    ...renditions.map((name) => main.replace('main.m3u8', name.replace('media.m3u8', '0.m4s'))),
    ...[storyboardUrl, posterUrl, waveform.url, storyboardUrl.replace(/\.vtt.*/, '/0.jpg')],
  ];
}
const statusesOf = (asked: string[]) =>
  Promise.all(asked.map(async (address) => (await amira.ask('GET', address)).status));

describe('turning', () => {
  it('shows it upright, and as it was to whoever watches until then', async () => {
    expect((await get()).film).toMatchObject({ turned: 0, startMs: 0, endMs: null });
    const before = await addresses();
    const answer = await film({ turned: 90 });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      playable: true,
      state: 'processing',
      film: { turned: 90 },
    });
    expect(new Set(await statusesOf(before))).toEqual(new Set([200]));
    // The first step alone: what is turned can be watched before its sizes are there.
    const [first = ''] = await openSteps(server, id);
    await doStep(await openWorkshop(server), first);
    const upright = async () => {
      const main = (await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`)).headers;
      return (await amira.ask('GET', main.get('location') ?? '')).text;
    };
    expect(await upright()).toContain('RESOLUTION=180x320');
    await prepareNow(server, id);
    expect(await upright()).toContain('RESOLUTION=180x320');
    expect(await get()).toMatchObject({ state: 'ready', film: { turned: 90 } });
    expect((await film({ turned: 0 })).json).toMatchObject({ film: { turned: 0 } });
    await prepareNow(server, id);
    expect(await upright()).toContain('RESOLUTION=320x180');
  });

  it('is its owner’s alone, of what there is', async () => {
    const { id: other } = await amira.post('/api/recordings', { title: 'Without a film' });
    expect((await film({ turned: 90 }, carys)).status).toBe(404);
    const none = await amira.ask('PATCH', `/api/recordings/${other}/film`, { turned: 90 });
    expect(none.json).toMatchObject({ code: 'not_ready' });
    expect((await film({ turned: 45 })).status).toBe(422);
    expect((await film({ turned: 0 })).json).toMatchObject({ state: 'ready' });
  });
});

describe('trimming', () => {
  it('leaves nothing outside at any address, from the moment it is asked for', async () => {
    const before = await addresses();
    expect((await film({ trim })).json).toMatchObject({ playable: false, posterUrl: null });
    expect(new Set(await statusesOf(before))).toEqual(new Set([409]));
    await prepareNow(server, id);
    const segments = before.filter((address) => address.endsWith('.m4s'));
    expect(new Set(await statusesOf(segments))).toEqual(new Set([404]));
    const recording = await get();
    expect(recording).toMatchObject({ state: 'ready', film: { ...trim, wholeMs: 12_000 } });
    expect(Math.abs(recording.durationMs - 2_500)).toBeLessThanOrEqual(50);
    const renditions = await fetchRenditions(amira, id, server.place.dataDir);
    const seen = await shown(renditions[0]?.path ?? '');
    expect(Math.abs(seen.pictures - 62.5)).toBeLessThanOrEqual(1);
    expect(Math.abs(flashMs(seen) - (splitFilm.flashMs - trim.startMs))).toBeLessThanOrEqual(40);
    // The objects of what was shown before are gone too.
    const keys: string[] = [];
    for await (const { key } of server.store.list(`recordings/${id}/cuts/`)) keys.push(key);
    const { rows } = await server.place.database.as('admin').pool.query<{ key: string }>(
      `select k.object_key as key from rendition_chunk k join rendition r on r.id = k.rendition_id
         join cut c on c.id = r.cut_id where c.recording_id = $1
         union select unnest(array[poster_key, storyboard_key, waveform_key]) from cut where recording_id = $1`,
      [id],
    );
    expect(keys.sort()).toEqual(rows.map(({ key }) => key).sort());
  });

  it('keeps notes at their moments, hides those outside, and brings all back', async () => {
    const write = (body: string, startMs: number) =>
      amira.post(`/api/recordings/${id}/annotations`, { body, startMs, kind: 'notice' });
    await write('early', 1_000);
    await write('flash', 9_400);
    await film({ trim });
    await prepareNow(server, id);
    expect(await notes()).toEqual([{ body: 'flash', startMs: 900 }]);
    expect((await get()).film.hiddenNotes).toBe(1);
    const later = await write('later', 2_000);
    expect(later.startMs).toBe(2_000);
    const moved = await amira.ask('PATCH', `/api/annotations/${later.id}`, { startMs: 1_500 });
    expect(moved.json).toMatchObject({ startMs: 1_500 });
    const over = { body: 'x', startMs: 5_000, kind: 'notice' };
    expect((await amira.ask('POST', `/api/recordings/${id}/annotations`, over)).status).toBe(422);
    await film({ trim: { startMs: 0, endMs: null } });
    await prepareNow(server, id);
    expect(await notes()).toEqual([
      { body: 'early', startMs: 1_000 },
      { body: 'flash', startMs: 9_400 },
      { body: 'later', startMs: 10_000 },
    ]);
    expect((await get()).film).toMatchObject({ startMs: 0, endMs: null, hiddenNotes: 0 });
  });

  it('holds for those it is shared with', async () => {
    const { cutId } = await get();
    const { items } = await amira.get('/api/people?q=carys');
    const write = (body: string, startMs: number, conversationId: string) =>
      amira.post(`/api/recordings/${id}/annotations`, {
        ...{ body, startMs, kind: 'notice', conversationId },
      });
    const grant = await amira.ask('POST', `/api/recordings/${id}/grants`, {
      ...{ cutId, principal: { type: 'user', id: items[0].id }, rights: ['view', 'comment'] },
    });
    expect(grant.status).toBe(201);
    const [talk] = (await get()).conversations;
    await write('early', 1_000, talk.id);
    await write('flash', 9_400, talk.id);
    await film({ trim });
    await prepareNow(server, id);
    const recording = await get(carys);
    expect(Math.abs(recording.durationMs - 2_500)).toBeLessThanOrEqual(50);
    expect(recording.film).toBeNull();
    expect(await notes(carys)).toEqual([{ body: 'flash', startMs: 900 }]);
  });

  it('can be shared after it was trimmed, and tells nobody by how much', async () => {
    await film({ trim: { startMs: 8_500, endMs: null } });
    await prepareNow(server, id);
    const { items } = await amira.get('/api/people?q=carys');
    const grant = await amira.ask('POST', `/api/recordings/${id}/grants`, {
      ...{ principal: { type: 'user', id: items[0].id }, rights: ['view', 'comment'] },
    });
    expect(grant.status).toBe(201);
    const seen = await carys.get(`/api/recordings/${id}/grants`);
    for (const { startMs, endMs } of [grant.json, ...seen.items])
      expect({ startMs, endMs }).toEqual({ startMs: null, endMs: null });
    // A note at the very end is one of hers like any other.
    const { durationMs, conversations } = await get(carys);
    const note = { body: 'the end', startMs: durationMs, kind: 'notice' };
    const written = await carys.ask('POST', `/api/recordings/${id}/annotations`, {
      ...{ ...note, conversationId: conversations[0].id },
    });
    expect(written.status).toBe(201);
    expect(await notes(carys)).toEqual([{ body: 'the end', startMs: durationMs }]);
  });

  it('leaves at least a second', async () => {
    for (const wrong of [
      { startMs: 5_000, endMs: 5_500 },
      { startMs: 11_500, endMs: null },
      { startMs: 20_000, endMs: null },
    ])
      expect((await film({ trim: wrong })).status).toBe(422);
    expect((await get()).state).toBe('ready');
  });
});

describe('the cover', () => {
  it('is the picture of the moment that its owner chose, also after it was prepared anew', async () => {
    const { posterUrl } = await get();
    const first = await bytesOf(posterUrl);
    const answer = await amira.ask('PUT', `/api/recordings/${id}/poster`, { atMs: 9_450 });
    expect(answer.status).toBe(200);
    await prepareNow(server, id);
    const chosen = (await get()).posterUrl;
    expect(chosen).not.toBe(posterUrl);
    const flash = await bytesOf(chosen);
    expect(flash.equals(first)).toBe(false);
    await film({ turned: 180 });
    await film({ turned: 0 });
    await prepareNow(server, id);
    expect((await bytesOf((await get()).posterUrl)).equals(flash)).toBe(true);
    // Where the last picture is over, too.
    await amira.ask('PUT', `/api/recordings/${id}/poster`, { atMs: 12_000 });
    await prepareNow(server, id);
    const last = await bytesOf((await get()).posterUrl);
    expect([last.equals(flash), last.equals(first)]).toEqual([false, false]);
    await amira.ask('PUT', `/api/recordings/${id}/poster`, { atMs: 0 });
    await prepareNow(server, id);
    expect((await bytesOf((await get()).posterUrl)).equals(last)).toBe(false);
    const beyond = await amira.ask('PUT', `/api/recordings/${id}/poster`, { atMs: 13_000 });
    expect(beyond.status).toBe(422);
    const other = await carys.ask('PUT', `/api/recordings/${id}/poster`, { atMs: 0 });
    expect(other.status).toBe(404);
  });
});
