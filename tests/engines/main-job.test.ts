/** The main job on several machines: nothing is shared but PostgreSQL, Redis and an S3-compatible store. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, readlink } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '@second-look/infra/object-store/open';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { type Client, signIn, withSession } from '../world/client.ts';
import { append, beginUpload, draft, until } from '../world/lesson.ts';
import { listenAs } from '../world/listening.ts';
import { fetchRenditions, framesOf } from '../world/playing.ts';
import {
  endProcesses,
  freePort,
  startServerProcess,
  startWorkers,
  type TestProcess,
} from '../world/processes.ts';
import { hasRedis, startRedis, type TestRedis } from '../world/redis.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { type Name, openPlace, type TestPlace } from '../world/server.ts';

const execute = promisify(execFile);

describe.skipIf(!hasRedis)('two servers and two workers', () => {
  let place: TestPlace;
  let redis: TestRedis;
  let s3: TestS3;
  let servers: (TestProcess & { address: string })[];
  let film: { path: string; bytes: Buffer };
  let id: string;

  beforeAll(async () => {
    place = await openPlace();
    redis = await startRedis();
    s3 = await startS3();
    servers = [await startServerOn('one'), await startServerOn('two')];
    const { ffmpegPath } = await mediaTools();
    const path = join(place.dataDir, 'long.mp4');
    const short = await fixture('landscape.mp4', ffmpegPath);
    await execute(ffmpegPath, [
      '-v',
      'error',
      '-stream_loop',
      '19',
      '-i',
      short,
      '-c',
      'copy',
      path,
    ]);
    film = { path, bytes: await readFile(path) };
  });
  afterAll(async () => {
    await endProcesses();
    await s3?.close();
    await redis?.close();
    await place?.remove();
  });

  /** As on a machine of its own: a data folder that nobody else has. */
  const machine = (name: string) => ({
    ...s3.env,
    REDIS_URL: redis.url,
    DATA_DIR: join(place.dataDir, name),
  });
  const startServerOn = async (name: string) =>
    startServerProcess(place, await freePort(), machine(name));
  const at = (server: number, name: Name): Promise<Client> =>
    signIn(servers[server]?.address ?? '', place.emailOf(name), place.password);
  /** The same session, asked through the other server. */
  const elsewhere = ({ id, cookie }: Client, server: number): Client =>
    withSession(servers[server]?.address ?? '', id, cookie);

  it('take an upload on where a server that was killed had left it', async () => {
    const [one] = servers;
    if (!one) throw new Error('There is no server.');
    const amira = await at(0, 'amira');
    id = await draft(amira);
    const upload = await beginUpload(amira, id, film.bytes.length);
    const part = Math.floor(film.bytes.length / 3) + 1;
    expect((await append(amira, upload, 0, film.bytes.subarray(0, part))).status).toBe(204);
    await send(amira, upload, part, film.bytes.subarray(part, 2 * part));
    await one.end('SIGKILL');

    const there = elsewhere(amira, 1);
    const head = await there.ask('HEAD', upload, undefined, { 'tus-resumable': '1.0.0' });
    const offset = Number(head.headers.get('upload-offset'));
    expect(offset).toBeGreaterThanOrEqual(part);
    expect(offset).toBeLessThanOrEqual(2 * part);
    const rest = await until(async () => {
      const answer = await append(there, upload, offset, film.bytes.subarray(offset));
      // The lease of the server that was killed has to run out.
      return answer.status !== 423 && answer;
    }, 500);
    expect(rest.status, await rest.text()).toBe(204);
    expect((await there.get(`/api/recordings/${id}`)).state).toBe('processing');
    servers[0] = await startServerOn('one');
  });

  it('prepare it, though the worker that encoded it is killed', async () => {
    const workers = new Map(
      ['three', 'four'].map((name) => [name, startWorkers(place, machine(name))]),
    );
    const amira = await at(1, 'amira');
    await until(async () => (await amira.get(`/api/recordings/${id}`)).progress > 0);
    const busy = await until(encoding);
    await workers.get(busy)?.end('SIGKILL');
    await until(async () => (await encoding()) !== busy);
    const recording = await until(async () => {
      const now = await amira.get(`/api/recordings/${id}`);
      expect(now.state).not.toBe('failed');
      return now.state === 'ready' && now;
    });
    expect(recording).toMatchObject({ playable: true, progress: null, source: { isSafe: true } });
    const { rows } = await admin().query(
      `select max(p.attempt) as attempt, s.sha256 from processing_step p join source s using (recording_id)
       where recording_id = $1 group by s.sha256`,
      [id],
    );
    expect(rows[0].attempt).toBeGreaterThan(1);
    expect(rows[0].sha256).toBe(createHash('sha256').update(film.bytes).digest('hex'));
  });

  it('play it whole, from either server', async () => {
    const folder = join(place.dataDir, 'played');
    await mkdir(folder);
    for (const server of [0, 1]) {
      const amira = await at(server, 'amira');
      const renditions = await fetchRenditions(amira, id, folder);
      const pictures = renditions.filter(({ kind }) => kind === 'video');
      const [sound] = renditions.filter(({ kind }) => kind === 'audio');
      expect(renditions).toHaveLength(pictures.length + 1);
      for (const { path } of pictures)
        expect(await framesOf(path, 'v:0')).toBe(await framesOf(film.path, 'v:0'));
      expect(await framesOf(sound?.path ?? '', 'a:0')).toBeGreaterThan((180 * 48_000) / 1024 - 20);
    }
  });

  it('carry what two people say to each other across', async () => {
    const amira = await at(0, 'amira');
    const ben = await at(1, 'ben');
    const [amiraHears, benHears] = [await listenAs(amira), await listenAs(ben)];
    const grant = await amira.post(`/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: ben.id },
      rights: ['view', 'comment'],
    });
    await until(async () => benHears.about(id).length > 0);
    const { conversationId } = grant;
    const say = (client: Client, body: string) =>
      client.post(`/api/recordings/${id}/annotations`, {
        ...{ startMs: 61_000, kind: 'notice', conversationId, body },
      });
    const before = amiraHears.about(id).length;
    await say(ben, 'She waits before she answers.');
    await until(async () => amiraHears.about(id).length > before);
    const heardByBen = benHears.about(id).length;
    await say(amira, 'I counted to five.');
    await until(async () => benHears.about(id).length > heardByBen);
    for (const client of [amira, ben]) {
      const { items } = await client.get(`/api/recordings/${id}/annotations`);
      const bodies = items.map(({ body }: { body: string }) => body).sort();
      expect(bodies).toEqual(['I counted to five.', 'She waits before she answers.']);
    }
    amiraHears.close();
    benHears.close();
  });

  it('both refuse at once what is no longer shared', async () => {
    const amira = await at(0, 'amira');
    const ben = await at(1, 'ben');
    const entry = await ben.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
    const main = entry.headers.get('location') ?? '';
    const { text } = await ben.ask('GET', main);
    const rendition = /^(\S+)\/media\.m3u8$/m.exec(text)?.[1] ?? '';
    const segment = main.replace('main.m3u8', `${rendition}/0.m4s`);
    const addresses = [`/api/recordings/${id}`, main, segment];
    const bens = [ben, elsewhere(ben, 0)];
    const statuses = () =>
      Promise.all(
        bens.flatMap((client) =>
          addresses.map(async (address) => (await client.ask('GET', address)).status),
        ),
      );
    expect(await statuses()).toEqual(Array(6).fill(200));
    const { items } = await amira.get(`/api/recordings/${id}/grants`);
    expect((await amira.ask('DELETE', `/api/grants/${items[0].id}`)).status).toBe(204);
    expect(await statuses()).toEqual(Array(6).fill(404));
  });

  it('keep nothing on a machine of theirs, and nothing of the attempt that was killed', async () => {
    for (const name of ['one', 'two', 'three', 'four']) {
      const files = await readdir(join(place.dataDir, name)).catch(() => []);
      expect([name, files.filter((file) => file === 'objects')]).toEqual([name, []]);
    }
    const { rows } = await admin().query(
      `select object_key as key from source union select object_key from rendition_chunk
       union select unnest(array[poster_key, storyboard_key, waveform_key]) from cut`,
    );
    const store = await openStore({ s3: s3.config, dataDir: place.dataDir }, () => {});
    const kept: string[] = [];
    for await (const { key } of store.list('')) kept.push(key);
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.sort()).toEqual(rows.map(({ key }) => key).sort());
  });

  /** Begins to send and never ends. @returns once half of it is on its way */
  async function send(client: Client, upload: string, offset: number, bytes: Buffer) {
    const request = httpRequest(new URL(upload, client.address), {
      method: 'PATCH',
      headers: {
        'tus-resumable': '1.0.0',
        cookie: client.cookie,
        'upload-offset': offset,
        'content-type': 'application/offset+octet-stream',
        'content-length': bytes.length,
      },
    });
    request.on('error', () => {});
    await new Promise<void>((resolve) => {
      request.write(bytes.subarray(0, bytes.length / 2), () => resolve());
    });
  }

  const admin = () => place.database.as('admin').pool;

  /** The machine whose worker runs ffmpeg: each makes it work in a folder of its own. */
  async function encoding(): Promise<string | undefined> {
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      if (name.trim() !== 'ffmpeg') continue;
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      if (folder.startsWith(place.dataDir))
        return folder.slice(place.dataDir.length + 1).split('/')[0];
    }
    return undefined;
  }
});
