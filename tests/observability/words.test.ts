import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { type Client, send, signIn } from '../world/client.ts';
import { until, uploaded } from '../world/lesson.ts';
import {
  endProcesses,
  freePort,
  startServerProcess,
  startWorkers,
  type TestProcess,
} from '../world/processes.ts';
import { openPlace, type TestPlace } from '../world/server.ts';

/** Everything that somebody types or brings says one of these. */
const words = /sentinel|amira|ben@|a password for tests|olivia/i;

let place: TestPlace;
let folder: string;
let server: TestProcess & { address: string };
let workers: TestProcess;
let amira: Client;
let ben: Client;
let dev: Client;
const ports = { server: 0, workers: 0 };

beforeAll(async () => {
  place = await openPlace();
  folder = await mkdtemp(join(tmpdir(), 'second-look-words-'));
  await place.database
    .as('admin')
    .pool.query(`update auth."user" set name = 'Sentinel ' || name where name in ('Amira', 'Ben')`);
  ports.server = await freePort();
  ports.workers = await freePort();
  const loud = { ...place.env, LOG_LEVEL: 'debug' };
  const env = { ...loud, METRICS_PORT: String(ports.server) };
  server = await startServerProcess({ ...place, env }, await freePort());
  workers = startWorkers({ env: loud }, { METRICS_PORT: String(ports.workers) });
  const enter = (name: 'amira' | 'ben' | 'dev') =>
    signIn(server.address, place.emailOf(name), place.password);
  [amira, ben, dev] = await Promise.all([enter('amira'), enter('ben'), enter('dev')]);
});
afterAll(async () => {
  await endProcesses();
  await place.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A film that says the words inside too, where phones and cameras write theirs. */
async function markedFilm(): Promise<Buffer> {
  const { ffmpegPath } = await mediaTools();
  const path = join(folder, 'Sentinel Year 8 Olivia.mp4');
  const tags = ['title', 'artist', 'comment', 'location'].flatMap((tag) => [
    '-metadata',
    `${tag}=sentinel ${tag}`,
  ]);
  const source = await fixture('landscape.mp4', ffmpegPath);
  execFileSync(ffmpegPath, ['-v', 'error', '-i', source, '-c', 'copy', ...tags, path]);
  return readFile(path);
}

async function prepared(client: Client, bytes: Uint8Array, extension = 'mp4') {
  const filename = `Sentinel Year 8 Olivia.${extension}`;
  const id = await uploaded(client, bytes, { title: 'Sentinel: fractions with Olivia', filename });
  const state = await until(async () => {
    const { state } = await client.get(`/api/recordings/${id}`);
    return (state === 'ready' || state === 'failed') && state;
  });
  return { id, state };
}

describe('what people say, bring and sign in with', () => {
  it('goes all the way through, and past every log, number and page of the operators', async () => {
    const film = await markedFilm();
    const { id, state } = await prepared(amira, film);
    expect(state).toBe('ready');
    for (const bytes of [
      film.subarray(0, film.length / 2),
      Buffer.concat([film.subarray(0, 200_000), Buffer.alloc(60_000, 'sentinel ')]),
      Buffer.from('<html>sentinel</html>'),
      Buffer.from('sentinel '.repeat(10_000)),
    ]) {
      expect((await prepared(amira, bytes, 'mov')).state).toMatch(/ready|failed/);
    }
    await amira.ask('PATCH', `/api/recordings/${id}`, {
      subject: 'Sentinel',
      className: 'Sentinel 8B',
      yearGroup: 'Sentinel',
    });
    const [whom] = (await amira.get('/api/people?q=sentinel')).items;
    const share = { principal: { type: 'user', id: whom.id }, rights: ['view', 'comment'] };
    const grant = await amira.post(`/api/recordings/${id}/grants`, {
      ...share,
      reason: 'Sentinel: look at Olivia',
    });
    const note = await ben.post(`/api/recordings/${id}/annotations`, {
      ...{
        startMs: 0,
        kind: 'notice',
        body: 'Sentinel note',
        conversationId: grant.conversationId,
      },
    });
    await amira.post(`/api/annotations/${note.id}/replies`, { body: 'Sentinel reply' });
    await amira.ask('POST', `/api/recordings/${id}/annotations`, { body: 'Sentinel', kind: 7 });
    await amira.ask('GET', '/api/people?q=%00sentinel');
    await send(server.address, 'POST', '/api/auth/sign-in/email', {
      body: { email: 'sentinel@school.test', password: 'a sentinel password' },
    });
    await send(server.address, 'GET', '/api/recordings/nowhere?sentinel=1');

    const metrics = (port: number) =>
      fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    const board = '/api/administration/queue';
    const seen = {
      'the metrics of the server': await metrics(ports.server),
      'the metrics of the workers': await metrics(ports.workers),
      'the page for administrators': (await dev.ask('GET', '/api/administration/status')).text,
      'the queue': (await dev.ask('GET', `${board}/api/queues?activeQueue=processing`)).text,
      'the log of the server': server.output(),
      'the log of the workers': workers.output(),
    };
    for (const [where, text] of Object.entries(seen)) {
      expect(text.length, where).toBeGreaterThan(100);
      const around = new RegExp(`.{0,200}(?:${words.source}).{0,100}`, 'i').exec(text)?.[0];
      expect(around, where).toBeUndefined();
    }
    expect(workers.output(), 'something failed, and was told').toContain('preparing failed');
    // Each line is the log's own: ffmpeg, libraries and the runtime do not speak past it.
    for (const line of [server, workers].flatMap((each) => each.output().trim().split('\n'))) {
      expect(JSON.parse(line)).toHaveProperty('level');
    }
  });
});
