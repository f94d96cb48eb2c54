import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failures, finalFailures } from '@second-look/core/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { externalReferenceMovie } from '../media/crafted.ts';
import { type FixtureName, fixture, hostilePlaylists } from '../media/fixtures.ts';
import {
  boastfulMovie,
  crowdedMatroska,
  crowdedMovie,
  endlessMovie,
  movieAtAddress,
  referenceMovie,
  swellingMovie,
} from '../media/hostile.ts';
import type { Client } from '../world/client.ts';
import { filmBytes, until, uploaded } from '../world/lesson.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';

const execute = promisify(execFile);

let server: TestServer;
let amira: Client;
let listener: Server;
let callers = 0;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  listener = createServer((socket) => {
    callers += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  startWorkers(server.place);
});
afterAll(async () => {
  await endProcesses();
  listener.close();
  await server.stop();
});

const failed = (id: string) =>
  until(async () => {
    const recording = await amira.get(`/api/recordings/${id}`);
    expect(recording.state).not.toBe('ready');
    return recording.state === 'failed' && recording;
  });

async function sourceOf(recordingId: string): Promise<Buffer> {
  const { rows } = await server.place.database
    .as('admin')
    .pool.query('select object_key from source where recording_id = $1', [recordingId]);
  const chunks: Buffer[] = [];
  for await (const chunk of await server.store.read(rows[0].object_key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function expectFailure(bytes: Buffer, code: keyof typeof failures): Promise<string> {
  const id = await uploaded(amira, bytes, { filename: 'lesson.mp4' });
  const recording = await failed(id);
  expect(recording).toMatchObject({
    failure: { code, detail: failures[code], isFinal: finalFailures.has(code) },
    playable: false,
    progress: null,
    abilities: { retry: !finalFailures.has(code) },
    source: { sizeBytes: bytes.length, isSafe: false },
  });
  expect((await sourceOf(id)).equals(bytes)).toBe(true);
  expect((await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`)).status).toBe(409);
  return id;
}

describe('a file that is no lesson', () => {
  it.each([
    ['empty.mp4', 'empty_file'],
    ['page.mp4', 'web_page'],
    ['random.mp4', 'not_a_video'],
    ['picture.mp4', 'picture'],
    ['photo.mov', 'picture'],
    ['heic.mov', 'picture'],
    ['no-index.mp4', 'truncated'],
    ['huge.mp4', 'too_large_picture'],
  ] satisfies [FixtureName, keyof typeof failures][])(
    'fails with its reason: %s',
    async (name, code) => {
      await expectFailure(await filmBytes(name), code);
    },
  );
});

function listened(): string {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('Nobody listens.');
  return `http://127.0.0.1:${address.port}`;
}

describe('a file that points elsewhere', () => {
  it('is refused, and nothing is fetched', async () => {
    const playlists = hostilePlaylists(listened());
    for (const text of Object.values(playlists)) await expectFailure(Buffer.from(text), 'playlist');
    expect(callers).toBe(0);
  });

  it('is refused also where it is a film that lies at an address, or names another', async () => {
    const film = await filmBytes('silent.mp4');
    await expectFailure(movieAtAddress(film, `${listened()}/film.mov`), 'damaged');
    await expectFailure(referenceMovie(`${listened()}/film.mov`), 'damaged');
    expect(callers).toBe(0);
  });

  it('is refused also where it is a film whose data lie in another file', async () => {
    await expectFailure(await filmBytes('elsewhere.mov'), 'damaged');
  });

  it('is never followed: with the data that lie there it would be a whole film', async () => {
    const { ffmpegPath, ffprobePath } = await mediaTools();
    const film = await fixture('silent.mp4', ffmpegPath);
    const bytes = externalReferenceMovie(await readFile(film), film);
    const path = join(server.place.dataDir, 'elsewhere.mov');
    await writeFile(path, bytes);
    const counting = ['-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0'];
    const following = ['-v', 'error', '-enable_drefs', '1', '-use_absolute_path', '1'];
    const { stdout } = await execute(ffprobePath, [...following, ...counting, path]);
    expect(Number(stdout)).toBe(125);
    await expectFailure(bytes, 'damaged');
  });
});

describe('a small file that claims what no camera makes', () => {
  it('is refused for pictures without number', async () => {
    const still = await made('still.mp4', ['-c:v', 'libx264', '-frames:v', '1']);
    await expectFailure(endlessMovie(still, 200_000, 12_800), 'damaged');
    await expectFailure(boastfulMovie(await filmBytes('silent.mp4'), 0xff_ff_ff_f0), 'damaged');
  });

  it('is refused for a hundred thousand tracks', async () => {
    await expectFailure(crowdedMovie(100_000), 'too_many_streams');
    await expectFailure(crowdedMatroska(100_000), 'too_many_streams');
  });

  it('is refused for enormous pictures, or kept until they come', async () => {
    const film = await made('png.mov', ['-c:v', 'png']);
    await expectFailure(swellingMovie(film, 0), 'too_large_picture');
    const id = await uploaded(amira, swellingMovie(film, 25));
    const recording = await until(async () => {
      const asked = await amira.get(`/api/recordings/${id}`);
      return asked.state !== 'processing' && asked.state !== 'uploading' && asked;
    });
    expect(recording).toMatchObject({ state: 'ready', durationMs: 1000, isIncomplete: true });
  });

  async function made(name: string, options: string[]): Promise<Buffer> {
    const { ffmpegPath } = await mediaTools();
    const path = join(server.place.dataDir, name);
    const drawn = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=25:duration=2'];
    await execute(ffmpegPath, ['-v', 'error', ...drawn, ...options, path]);
    return readFile(path);
  }
});

describe('trying again', () => {
  it('prepares once more, and fails in the same way where the file is at fault', async () => {
    const id = await expectFailure(await filmBytes('page.mp4'), 'web_page');
    expect(await amira.post(`/api/recordings/${id}/retry`)).toMatchObject({ state: 'processing' });
    expect((await failed(id)).failure.code).toBe('web_page');
    const { rows } = await server.place.database
      .as('admin')
      .pool.query('select attempt from processing_step where recording_id = $1', [id]);
    expect(rows).toEqual([{ attempt: 2 }]);
  });
});
