import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStoryboard } from '@second-look/core/storyboard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { withChapters } from '../media/chapters.ts';
import { fixture } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import { filmBytes, settled, uploaded } from '../world/lesson.ts';
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

describe('an ordinary lesson', () => {
  it('becomes watchable, every picture of it', async () => {
    const film = await fixture('landscape.mp4', (await mediaTools()).ffmpegPath);
    const id = await uploaded(amira, await readFile(film), { filename: 'VID_0001.mp4' });
    const recording = await settled(amira, id);
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
    // 360p, as it was filmed, and 240p.
    expect(renditions.map(({ kind }) => kind)).toEqual(['video', 'video', 'audio']);
    const [large, small, sound] = renditions;
    for (const picture of [large, small])
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
      ['aac', 'h264', 'h264'],
    );
    expect(Math.abs(Number(whole.format.duration) - 9)).toBeLessThan(0.1);

    const poster = await fetch(`${server.address}${recording.posterUrl}`, {
      headers: { cookie: amira.cookie },
    });
    expect(poster.headers.get('content-type')).toBe('image/jpeg');
    const start = Buffer.from(await poster.arrayBuffer()).subarray(0, 3);
    expect(start).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  });

  it('has small pictures and its loudness beside it, counted among what it takes', async () => {
    const id = await uploaded(amira, await filmBytes('landscape.mp4'));
    const { storyboardUrl, waveform } = await settled(amira, id);
    const index = await amira.ask('GET', storyboardUrl);
    expect(index.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    expect(index.headers.get('cache-control')).toBe('no-store');
    const pictures = readStoryboard(index.text);
    expect(pictures).toHaveLength(9);
    expect(pictures[8]).toEqual({
      ...{ startMs: 8000, endMs: 9000, sheet: 'storyboard/0.jpg' },
      ...{ x: 8 * 160, y: 0, width: 160, height: 90 },
    });
    const get = (address: string) =>
      fetch(new URL(address, server.address), { headers: { cookie: amira.cookie } });
    const sheet = await get(storyboardUrl.replace(/storyboard\.vtt.*/, 'storyboard/0.jpg'));
    expect(sheet.headers.get('content-type')).toBe('image/jpeg');
    const picture = Buffer.from(await sheet.arrayBuffer());
    expect(picture.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));

    expect(waveform.peaksPerSecond).toBe(10);
    const peaks = Buffer.from(await (await get(waveform.url)).arrayBuffer());
    expect(Math.abs(peaks.length - 90)).toBeLessThanOrEqual(2);
    expect(Math.min(...peaks.subarray(1, 88))).toBeGreaterThan(30);

    const { rows } = await server.place.database.as('admin').pool.query(
      `select c.made_bytes::int, c.storyboard_key, c.waveform_key, c.poster_key, k.object_key
       from cut c join rendition r on r.cut_id = c.id join rendition_chunk k on k.rendition_id = r.id
       where c.recording_id = $1`,
      [id],
    );
    const [{ made_bytes, storyboard_key, waveform_key, poster_key }] = rows;
    const keys = [storyboard_key, waveform_key, poster_key, ...rows.map((row) => row.object_key)];
    const sizes = await Promise.all(keys.map((key) => server.store.size(key)));
    expect(made_bytes).toBe(sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0));
  });

  it('tells the chapters that its file names', async () => {
    const { ffmpegPath } = await mediaTools();
    const film = await fixture('landscape.mp4', ffmpegPath);
    const chapters = [
      { atSeconds: 0, title: 'Starter' },
      { atSeconds: 4, title: 'Fractions; 1/2 = 0.5' },
    ];
    for (const ending of ['mp4', 'mkv']) {
      const target = join(server.place.dataDir, `chapters.${ending}`);
      const named = chapters.map(({ atSeconds, title }) => ({
        atSeconds,
        title: title.replace(/[;=]/g, '\\$&'),
      }));
      const bytes = await readFile(await withChapters(film, named, target));
      const id = await uploaded(amira, bytes);
      expect((await settled(amira, id)).chapters).toEqual(
        chapters.map(({ atSeconds, title }) => ({ startMs: atSeconds * 1000, title })),
      );
    }
    const plain = await settled(amira, await uploaded(amira, await filmBytes('silent.mp4')));
    expect(plain.chapters).toEqual([]);
  });

  it('has nothing beside it that is not there', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    const { storyboardUrl, waveform } = await settled(amira, id);
    expect(waveform).toBeNull();
    const cut = storyboardUrl.replace(/\/storyboard\.vtt.*/, '');
    const absent = ['waveform', 'storyboard/1.jpg', 'storyboard/00.jpg', 'storyboard/x.jpg'];
    for (const name of absent)
      expect([name, (await amira.ask('GET', `${cut}/${name}`)).status]).toEqual([name, 404]);
    const pool = server.place.database.as('admin').pool;
    await pool.query(
      'update cut set storyboard_key = null, storyboard = null where recording_id = $1',
      [id],
    );
    expect((await amira.get(`/api/recordings/${id}`)).storyboardUrl).toBeNull();
    for (const name of ['storyboard.vtt', 'storyboard/0.jpg'])
      expect([name, (await amira.ask('GET', `${cut}/${name}`)).status]).toEqual([name, 404]);
  });

  it('has no segment beyond its end, and none before its start', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    await settled(amira, id);
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

describe('what phones write besides', () => {
  it('keeps nothing of where it was filmed', async () => {
    const id = await uploaded(amira, await filmBytes('portrait.mov'));
    await settled(amira, id);
    for (const { path } of await fetchRenditions(amira, id, server.place.dataDir)) {
      expect((await readFile(path)).includes('+51.5')).toBe(false);
    }
  });
});
