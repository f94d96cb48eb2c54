import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { type FixtureName, fixture } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import { filmBytes, until, uploaded } from '../world/lesson.ts';
import { fetchRenditions, framesOf, probe } from '../world/playing.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  startWorkers(server.place);
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
});

const settled = (id: string) =>
  until(async () => {
    const recording = await amira.get(`/api/recordings/${id}`);
    return (recording.state === 'ready' || recording.state === 'failed') && recording;
  });

describe('an ordinary lesson', () => {
  it('becomes watchable, every picture of it', async () => {
    const film = await fixture('landscape.mp4', (await mediaTools()).ffmpegPath);
    const id = await uploaded(amira, await readFile(film), { filename: 'VID_0001.mp4' });
    const recording = await settled(id);
    expect(recording).toMatchObject({
      state: 'ready',
      playable: true,
      progress: null,
      failure: null,
      source: { isSafe: true },
    });
    expect(Math.abs(recording.durationMs - 9000)).toBeLessThanOrEqual(50);
    const { pool } = server.place.database.as('admin');
    const { rows } = await pool.query('select sha256 from source where recording_id = $1', [id]);
    expect(rows[0].sha256).toBe(
      createHash('sha256')
        .update(await readFile(film))
        .digest('hex'),
    );

    const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
    const main = entry.headers.get('location') ?? '';
    const renditions = await fetchRenditions(amira, id, server.place.dataDir);
    expect(renditions.map(({ kind }) => kind)).toEqual(['video', 'audio']);
    const [picture, sound] = renditions;
    expect(await framesOf(picture?.path ?? '', 'v:0')).toBe(await framesOf(film, 'v:0'));
    expect(await framesOf(sound?.path ?? '', 'a:0')).toBeGreaterThan((9 * 48_000) / 1024 - 2);

    const whole = await probe([
      ...[
        '-headers',
        `Cookie: ${amira.cookie}\r\n`,
        '-show_entries',
        'format=duration:stream=codec_name',
      ],
      `${server.address}${main}`,
    ]);
    expect(whole.streams.map((stream: { codec_name: string }) => stream.codec_name).sort()).toEqual(
      ['aac', 'h264'],
    );
    expect(Math.abs(Number(whole.format.duration) - 9)).toBeLessThan(0.1);

    const poster = await fetch(`${server.address}${recording.posterUrl}`, {
      headers: { cookie: amira.cookie },
    });
    expect(poster.headers.get('content-type')).toBe('image/jpeg');
    const start = Buffer.from(await poster.arrayBuffer()).subarray(0, 3);
    expect(start).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  });

  it('has no segment beyond its end, and none before its start', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    await settled(id);
    const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
    const main = entry.headers.get('location') ?? '';
    const [, rendition = ''] =
      /^(\S+)\/media\.m3u8$/m.exec((await amira.ask('GET', main)).text) ?? [];
    const folder = main.replace('main.m3u8', rendition);
    expect((await amira.ask('GET', `${folder}/0.m4s`)).status).toBe(200);
    const beyond = ['999.m4s', '1000000.m4s', '-1.m4s', 'x.m4s', '1e1.m4s', '../main.m4s'];
    const spelt = ['00.m4s', '01.m4s', '+0.m4s', '0.0.m4s', '0x0.m4s', '%200.m4s', '-0.m4s'];
    const chunks = ['chunks/1.mp4', 'chunks/00.mp4', 'chunks/-1.mp4', 'chunks/x.mp4'];
    for (const name of [...beyond, ...spelt, ...chunks]) {
      expect([name, (await amira.ask('GET', `${folder}/${name}`)).status]).toEqual([name, 404]);
    }
  });
});

describe('what cameras and browsers make besides', () => {
  it.each([
    'portrait.mov',
    'broadcast.ts',
    'browser.webm',
    'old.avi',
    'cut-off.mp4',
  ] satisfies FixtureName[])('becomes watchable: %s', async (name) => {
    const id = await uploaded(amira, await filmBytes(name), { filename: name });
    expect(await settled(id)).toMatchObject({ state: 'ready', playable: true, failure: null });
  });

  it('keeps nothing of where it was filmed', async () => {
    const id = await uploaded(amira, await filmBytes('portrait.mov'));
    await settled(id);
    for (const { path } of await fetchRenditions(amira, id, server.place.dataDir)) {
      expect((await readFile(path)).includes('+51.5')).toBe(false);
    }
  });
});
