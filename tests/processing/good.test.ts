import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { type FixtureName, fixture } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import { filmBytes, until, uploaded } from '../world/lesson.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';

const execute = promisify(execFile);

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

async function probe(args: string[]) {
  const { ffprobePath } = await mediaTools();
  const { stdout } = await execute(ffprobePath, ['-v', 'error', '-of', 'json', ...args]);
  return JSON.parse(stdout);
}
const framesOf = async (path: string, stream: 'v:0' | 'a:0') => {
  const counted = [
    '-count_frames',
    '-select_streams',
    stream,
    '-show_entries',
    'stream=nb_read_frames',
  ];
  return Number((await probe([...counted, path])).streams[0]?.nb_read_frames);
};

/** Fetches every media playlist of a multivariant one, as a player does. @returns a file of each rendition */
async function fetchRenditions(main: string): Promise<{ kind: string; path: string }[]> {
  const read = async (address: string) => {
    const answer = await amira.ask('GET', address);
    expect([address, answer.status]).toEqual([address, 200]);
    return answer.text;
  };
  const bytes = async (address: string) => {
    const answer = await fetch(new URL(address, server.address), {
      headers: { cookie: amira.cookie },
    });
    expect(answer.status).toBe(200);
    const body = Buffer.from(await answer.arrayBuffer());
    expect(Number(answer.headers.get('content-length'))).toBe(body.length);
    return body;
  };
  const beside = (address: string, relative: string) =>
    new URL(relative, new URL(address, server.address)).pathname;
  const text = await read(main);
  const found = [
    ...[...text.matchAll(/^([^#\s]\S*)$/gm)].map(([, uri = '']) => ({ kind: 'video', uri })),
    ...[...text.matchAll(/TYPE=AUDIO.*URI="([^"]+)"/g)].map(([, uri = '']) => ({
      kind: 'audio',
      uri,
    })),
  ];
  return Promise.all(
    found.map(async ({ kind, uri }, index) => {
      const medium = beside(main, uri);
      const list = await read(medium);
      expect(list).toContain('#EXT-X-ENDLIST');
      expect(list).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
      const [, init = ''] = /#EXT-X-MAP:URI="([^"]+)"/.exec(list) ?? [];
      const parts = [init, ...[...list.matchAll(/^([^#\s]\S*)$/gm)].map(([, part = '']) => part)];
      const path = join(
        server.place.dataDir,
        `${createHash('sha256').update(main).digest('hex')}-${index}.mp4`,
      );
      await writeFile(
        path,
        Buffer.concat(await Promise.all(parts.map((part) => bytes(beside(medium, part))))),
      );
      return { kind, path };
    }),
  );
}

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
    const renditions = await fetchRenditions(main);
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
    const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
    for (const { path } of await fetchRenditions(entry.headers.get('location') ?? '')) {
      expect((await readFile(path)).includes('+51.5')).toBe(false);
    }
  });
});
