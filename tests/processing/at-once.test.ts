import { execFile } from 'node:child_process';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askForPiece } from '../../server/src/features/media/queries.ts';
import { mediaTools } from '../media/binaries.ts';
import type { Client } from '../world/client.ts';
import {
  askedFor,
  begunLesson,
  doStep,
  makingPieces,
  openSteps,
  openWorkshop,
  prepareNow,
  until,
  uploaded,
} from '../world/lesson.ts';
import { fetchRenditions, framesOf, probe } from '../world/playing.ts';
import { startServer, type TestServer } from '../world/server.ts';

const execute = promisify(execFile);
const seconds = 30;

let server: TestServer;
let amira: Client;
let carys: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  carys = await server.as('carys');
});
afterAll(() => server.stop());

/** Half a minute with a tone, in codecs that browsers play or not. */
async function film(name: string, picture: string[], sound: string[]): Promise<Buffer> {
  const { ffmpegPath } = await mediaTools();
  const path = join(server.place.dataDir, name);
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  const length = `duration=${seconds}`;
  await execute(ffmpegPath, [
    ...[...quiet, '-f', 'lavfi', '-i', `testsrc2=size=640x480:rate=30000/1001:${length}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=44100:${length}`],
    ...['-pix_fmt', 'yuv420p', '-shortest', ...picture, ...sound, path],
  ]);
  return readFile(path);
}
const mpeg4 = () => film('mpeg4.mp4', ['-c:v', 'mpeg4', '-q:v', '5'], ['-c:a', 'aac']);
/** Pictures out of order, as most encoders store them. */
const h264 = () =>
  film('h264.mp4', ['-c:v', 'libx264', '-bf', '2', '-g', '60'], ['-c:a', 'aac', '-b:a', '96k']);

/** Half a minute of sound alone. */
async function talk(name: string, sound: string[]): Promise<Buffer> {
  const { ffmpegPath } = await mediaTools();
  const path = join(server.place.dataDir, name);
  const tone = `sine=frequency=440:sample_rate=48000:duration=${seconds}`;
  await execute(ffmpegPath, ['-v', 'error', '-y', '-f', 'lavfi', '-i', tone, ...sound, path]);
  return readFile(path);
}

const begun = async (bytes: Buffer, at = server) => begunLesson(at, await at.as('amira'), bytes);

/** The folders of the renditions, as the recording's playlist names them, the picture first where there is one. */
async function rendition(client: Client, id: string): Promise<string[]> {
  const entry = await client.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
  const main = entry.headers.get('location') ?? '';
  const { text } = await client.ask('GET', main);
  const [picture] = /^[^#\s]+(?=\/media\.m3u8$)/m.exec(text) ?? [];
  const [, sound] = /URI="([^"]+)\/media\.m3u8"/.exec(text) ?? [];
  return [picture, sound].map((name) => main.replace('main.m3u8', name ?? ''));
}

const isAsked = async (id: string) => (await askedFor(server, id)).length > 0;

/** Makes whatever piece is waited for. */
async function makePieces(recordingId: string): Promise<void> {
  const workshop = await openWorkshop(server);
  for (const id of await askedFor(server, recordingId)) await doStep(workshop, id);
}

describe('a film that browsers do not play', () => {
  it('has its whole length at once, and each piece of it when it is asked for', async () => {
    const id = await begun(await mpeg4());
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'processing',
      playable: true,
      source: { isSafe: true },
    });
    const [picture = '', sound = ''] = await rendition(amira, id);
    for (const folder of [picture, sound]) {
      const { text } = await amira.ask('GET', `${folder}/media.m3u8`);
      const lengths = [...text.matchAll(/#EXTINF:([\d.]+)/g)].map(([, length]) => Number(length));
      expect(lengths.slice(0, 3)).toEqual([8, 8, 8]);
      expect(Math.abs(lengths.reduce((sum, one) => sum + one, 0) - seconds)).toBeLessThan(0.1);
      expect(text).toContain('#EXT-X-ENDLIST');
      expect((await amira.ask('GET', `${folder}/0.m4s`)).status).toBe(200);
      expect((await amira.ask('GET', `${folder}/4.m4s`)).status, 'there is none').toBe(404);
    }
    const held = amira.ask('GET', `${picture}/2.m4s`);
    await until(() => isAsked(id));
    await makePieces(id);
    expect((await held).status).toBe(200);
    // Picture and sound are made together.
    expect((await amira.ask('GET', `${sound}/2.m4s`)).status).toBe(200);

    const fetching = fetchRenditions(amira, id, server.place.dataDir);
    const [whole, heard] = await makingPieces(server, id, fetching);
    const source = join(server.place.dataDir, 'mpeg4.mp4');
    expect(await framesOf(whole?.path ?? '', 'v:0')).toBe(await framesOf(source, 'v:0'));
    // The pieces join: packets of one grid, none missing and none twice.
    const shown = ['-show_entries', 'packet=pts_time', '-select_streams', 'a:0'];
    const { packets } = await probe([...shown, heard?.path ?? '']);
    const times = packets.map(({ pts_time }: { pts_time: string }) => Number(pts_time));
    expect(times[0]).toBe(0);
    for (const [index, time] of times.entries())
      expect(Math.abs(time - (index * 1024) / 48_000)).toBeLessThan(0.0001);
    expect(times.length).toBe(Math.ceil((seconds * 48_000) / 1024));
  });

  it('says that it is still being made where that takes too long, and goes on afterwards', async () => {
    const id = await begun(await mpeg4());
    const [picture = ''] = await rendition(amira, id);
    const late = await amira.ask('GET', `${picture}/1.m4s`);
    expect(late.status).toBe(503);
    expect(late.json).toMatchObject({ code: 'still_making' });
    await makePieces(id);
    expect((await amira.ask('GET', `${picture}/1.m4s`)).status).toBe(200);
  });

  it('stays what it was for whoever began with it, when the ladder takes its place', async () => {
    const id = await begun(await mpeg4());
    const before = await rendition(amira, id);
    const { mediaVersion } = await amira.get(`/api/recordings/${id}`);
    await prepareNow(server, id);
    const after = await amira.get(`/api/recordings/${id}`);
    expect(after).toMatchObject({ state: 'ready' });
    expect(after.mediaVersion).toBeGreaterThan(mediaVersion);
    expect(await rendition(amira, id)).not.toEqual(before);
    const held = amira.ask('GET', `${before[0]}/3.m4s`);
    await until(() => isAsked(id));
    await makePieces(id);
    expect((await held).status).toBe(200);
  });

  it('gives no piece to whom it is not shared with, nor to whom it no longer is', async () => {
    const id = await begun(await mpeg4());
    const [picture = ''] = await rendition(amira, id);
    expect((await carys.ask('GET', `${picture}/1.m4s`)).status).toBe(404);
    expect(await isAsked(id), 'and has none made').toBe(false);
    // The function that asks works with its maker's rights, so it looks for itself.
    const renditionId = picture.split('/').at(-1) ?? '';
    const ask = ({ id: userId }: Client) =>
      server.place.database.as('app').as(userId, (tx) => askForPiece(tx, renditionId, 1));
    expect(await ask(carys)).toBeNull();
    expect(await isAsked(id)).toBe(false);
    expect(await ask(amira)).not.toBeNull();
    await makePieces(id);
    const grant = await amira.post(`/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: carys.id },
      rights: ['view'],
    });
    const held = carys.ask('GET', `${picture}/2.m4s`);
    await until(() => isAsked(id));
    await amira.ask('DELETE', `/api/grants/${grant.id}`);
    await makePieces(id);
    expect((await held).status).toBe(404);
  });

  it('is prepared also where nothing can be made of its first seconds', async () => {
    const id = await uploaded(amira, await mpeg4());
    const workshop = await openWorkshop(server);
    const ffmpegPath = join(server.place.dataDir, 'no-pieces');
    const real = workshop.tools.ffmpegPath;
    const script = `#!/bin/sh\ncase "$*" in *picture-*) exit 1;; esac\nexec "${real}" "$@"\n`;
    await writeFile(ffmpegPath, script, { mode: 0o755 });
    const [first = ''] = await openSteps(server, id);
    await doStep({ ...workshop, tools: { ...workshop.tools, ffmpegPath } }, first);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'processing',
      playable: false,
    });
    await prepareNow(server, id);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'ready',
      playable: true,
    });
  });

  it('is not failed by a piece that cannot be made', async () => {
    const id = await begun(await mpeg4());
    const [picture = ''] = await rendition(amira, id);
    const held = amira.ask('GET', `${picture}/2.m4s`);
    await until(() => isAsked(id));
    const [piece = ''] = await askedFor(server, id);
    const workshop = await openWorkshop(server);
    const ffmpegPath = join(server.place.dataDir, 'no-ffmpeg');
    await writeFile(ffmpegPath, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    await doStep({ ...workshop, tools: { ...workshop.tools, ffmpegPath } }, piece);
    expect((await held).status).toBe(404);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'processing',
      failure: null,
    });
  });
});

describe('a film that browsers play', () => {
  it('is there as it was filmed, from its first picture at 0, before anything is encoded', async () => {
    const id = await begun(await h264());
    const recording = await amira.get(`/api/recordings/${id}`);
    expect(recording).toMatchObject({ state: 'processing', playable: true });
    const [picture, sound] = await fetchRenditions(amira, id, server.place.dataDir);
    const source = join(server.place.dataDir, 'h264.mp4');
    expect(await framesOf(picture?.path ?? '', 'v:0')).toBe(await framesOf(source, 'v:0'));
    expect(await framesOf(sound?.path ?? '', 'a:0')).toBe(await framesOf(source, 'a:0'));
    const { streams } = await probe(['-show_streams', picture?.path ?? '']);
    expect(streams[0]).toMatchObject({ codec_name: 'h264', width: 640, height: 480 });
    const bytes = await readFile(picture?.path ?? '');
    expect(firstShownAt(bytes)).toBe(0);
    expect(firstShownAt(await readFile(sound?.path ?? ''))).toBe(0);
  });
});

describe('a server that closes', () => {
  it('sends whoever waits for a piece elsewhere at once, and lets a slow line have its own', async () => {
    const closing = await startServer({ settings: { drainSeconds: 1 } });
    const client = await closing.as('amira');
    const id = await begun(await mpeg4(), closing);
    const [picture = ''] = await rendition(client, id);
    // More than what lies between the two ends takes in by itself.
    const sizeBytes = 60_000_000;
    const { rows } = await closing.place.database.as('admin').pool.query(
      `update rendition_chunk set segments = jsonb_set(segments, '{0,length}', $1::text::jsonb)
       where rendition_id = $2 returning object_key, (segments #>> '{0,offset}')::int as offset`,
      [sizeBytes, picture.split('/').at(-1)],
    );
    await truncate(closing.store.localPath(rows[0].object_key) ?? '', rows[0].offset + sizeBytes);
    const slow = await fetch(new URL(`${picture}/0.m4s`, client.address), {
      headers: { cookie: client.cookie },
    });
    const held = client.ask('GET', `${picture}/2.m4s`);
    await until(async () => (await askedFor(closing, id)).length > 0);

    const stopped = closing.stop();
    const beganMs = performance.now();
    expect((await held).json).toMatchObject({ code: 'still_making' });
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    await pause(6_000);
    expect((await slow.arrayBuffer()).byteLength).toBe(sizeBytes);
    await stopped;
  });
});

describe('sound alone', () => {
  const withoutPicture = { playable: true, hasPicture: false, posterUrl: null };

  it('that browsers do not play has its whole length at once, its pieces when they are asked for, and is finished', async () => {
    const id = await begun(await talk('talk.mp3', ['-c:a', 'libmp3lame']));
    const first = await amira.get(`/api/recordings/${id}`);
    expect(first).toMatchObject({ state: 'processing', ...withoutPicture });
    const [sound = ''] = await rendition(amira, id);
    const { text } = await amira.ask('GET', `${sound}/media.m3u8`);
    const lengths = [...text.matchAll(/#EXTINF:([\d.]+)/g)].map(([, length]) => Number(length));
    expect(lengths.slice(0, 3)).toEqual([8, 8, 8]);
    expect(Math.abs(lengths.reduce((sum, one) => sum + one, 0) - seconds)).toBeLessThan(0.1);
    expect((await amira.ask('GET', `${sound}/0.m4s`)).status).toBe(200);
    const held = amira.ask('GET', `${sound}/2.m4s`);
    await until(() => isAsked(id));
    await makePieces(id);
    expect((await held).status).toBe(200);

    const fetching = fetchRenditions(amira, id, server.place.dataDir);
    let isFetched = false;
    fetching.finally(() => {
      isFetched = true;
    });
    while (!isFetched) await makePieces(id);
    const [heard, ...others] = await fetching;
    expect(others).toEqual([]);
    const { packets } = await probe(['-show_entries', 'packet=pts_time', heard?.path ?? '']);
    for (const [index, { pts_time }] of packets.entries())
      expect(Math.abs(Number(pts_time) - (index * 1024) / 48_000)).toBeLessThan(0.0001);
    expect(Math.abs(packets.length - (seconds * 48_000) / 1024)).toBeLessThan(3);

    await prepareNow(server, id);
    const last = await amira.get(`/api/recordings/${id}`);
    expect(last).toMatchObject({ state: 'ready', isIncomplete: false, ...withoutPicture });
    expect(Math.abs(last.durationMs - seconds * 1000)).toBeLessThanOrEqual(50);
    expect(last.mediaVersion).toBeGreaterThan(first.mediaVersion);
    expect(last.waveform.peaksPerSecond).toBe(10);
  });

  it('that browsers play is there as it was recorded, from 0, before anything is encoded', async () => {
    const id = await begun(await talk('talk.m4a', ['-c:a', 'aac', '-b:a', '96k']));
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject(withoutPicture);
    const [sound, ...others] = await fetchRenditions(amira, id, server.place.dataDir);
    expect(others).toEqual([]);
    const source = join(server.place.dataDir, 'talk.m4a');
    expect(await framesOf(sound?.path ?? '', 'a:0')).toBe(await framesOf(source, 'a:0'));
    expect(firstShownAt(await readFile(sound?.path ?? ''))).toBe(0);
  });

  it('is given to whom it is shared with, piece by piece as well, and to nobody else', async () => {
    const id = await begun(await talk('talk.mp3', ['-c:a', 'libmp3lame']));
    const [sound = ''] = await rendition(amira, id);
    expect((await carys.ask('GET', `${sound}/1.m4s`)).status).toBe(404);
    expect(await isAsked(id), 'and has none made').toBe(false);
    await amira.post(`/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: carys.id },
      rights: ['view'],
    });
    expect(await carys.get(`/api/recordings/${id}`)).toMatchObject(withoutPicture);
    const held = carys.ask('GET', `${sound}/1.m4s`);
    await until(() => isAsked(id));
    await makePieces(id);
    expect((await held).status).toBe(200);
  });
});

/** When the first sample of a fragmented file is shown, in its own ticks (ISO/IEC 14496-12, 8.8.12 and 8.8.8). */
function firstShownAt(bytes: Buffer): number {
  const tfdt = bytes.indexOf('tfdt') + 4;
  const decoded =
    bytes[tfdt] === 1 ? Number(bytes.readBigUInt64BE(tfdt + 4)) : bytes.readUInt32BE(tfdt + 4);
  const trun = bytes.indexOf('trun') + 4;
  const flags = bytes.readUIntBE(trun + 1, 3);
  const header = trun + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const fields = [0x100, 0x200, 0x400].filter((flag) => flags & flag).length;
  return decoded + (flags & 0x800 ? bytes.readInt32BE(header + fields * 4) : 0);
}
