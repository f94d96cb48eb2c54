import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, signIn } from '../world/client.ts';
import { draft, until } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess } from '../world/processes.ts';
import { openPlace, type TestPlace } from '../world/server.ts';
import { type Balancer, startBalancer } from './balancer.ts';

// Thirty times as long as the balancer takes to notice, where the machine is not busy.
const drain = { DRAIN_SECONDS: '3' };

let place: TestPlace;
let ports: number[];
let servers: Awaited<ReturnType<typeof startServerProcess>>[];
let balancer: Balancer;
let amira: Client;

beforeAll(async () => {
  place = await openPlace();
  ports = [await freePort(), await freePort()];
  servers = await Promise.all(ports.map((port) => startServerProcess(place, port, drain)));
  balancer = await startBalancer(ports);
  await bothReady();
  amira = await signIn(balancer.address, place.emailOf('amira'), place.password);
});
afterAll(async () => {
  await balancer.close();
  await endProcesses();
  await place.remove();
});

const bothReady = () => until(async () => balancer.ready().length === 2);

const server = (index: number) => {
  const found = servers[index];
  if (!found) throw new Error(`There is no server ${index}.`);
  return found;
};

/** Ends one server and starts it again on its port. @returns its exit code */
async function restart(index: number, signal: NodeJS.Signals): Promise<number | null> {
  const code = await server(index).end(signal);
  servers[index] = await startServerProcess(place, ports[index] ?? 0, drain);
  await bothReady();
  return code;
}

/** Asks without a pause, several at a time, reading and writing, until it is stopped. */
function startLoad() {
  const failures: string[] = [];
  let answers = 0;
  let isOn = true;
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await amira.ask(method, path, body).catch((error) => String(error.cause));
    answers += 1;
    const status = typeof answer === 'string' ? answer : answer.status;
    if (status !== 200 && status !== 201) failures.push(`${method} ${path}: ${status}`);
  };
  const lines = Array.from({ length: 6 }, async (_, index) => {
    while (isOn) {
      if (index === 0) await ask('POST', '/api/recordings', { title: 'Under load' });
      else await ask('GET', index % 2 === 0 ? '/api/me' : '/api/recordings');
    }
  });
  return {
    stop: async () => {
      isOn = false;
      await Promise.all(lines);
      return { failures, answers };
    },
  };
}

/** An upload in many requests, as browsers make it, that goes on until `isEnough` and then ends. */
async function uploadUntil(bytes: Buffer, isEnough: () => boolean): Promise<string> {
  const id = await draft(amira);
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint: `${balancer.address}/api/uploads`,
      headers: { cookie: amira.cookie },
      metadata: { recordingId: id, filename: 'lesson.mp4', filetype: 'video/mp4' },
      chunkSize: 100_000,
      retryDelays: [100, 100, 200, 500, 1000, 3000],
      // Slow enough that the servers stop in the middle of it.
      onBeforeRequest: async () => {
        if (!isEnough()) await new Promise((wait) => setTimeout(wait, 50));
      },
      onError: reject,
      onSuccess: () => resolve(),
    });
    upload.start();
  });
  return id;
}

async function storedBytes(recordingId: string): Promise<Buffer> {
  const { rows } = await place.database
    .as('admin')
    .pool.query('select object_key from source where recording_id = $1', [recordingId]);
  expect(rows).toHaveLength(1);
  const store = await openDiskStore(`${place.dataDir}/objects`);
  return buffer(await store.read(rows[0].object_key));
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a server that is asked to stop', () => {
  it('says at once that it is not ready, and goes on serving until its proxy has noticed', async () => {
    const { address } = server(0);
    const ended = restart(0, 'SIGTERM');
    await until(async () => (await fetch(`${address}/api/health/ready`)).status === 503, 10);
    expect((await fetch(`${address}/api/health/live`)).status).toBe(200);
    expect((await fetch(`${address}/api/me`, { headers: { cookie: amira.cookie } })).status).toBe(
      200,
    );
    expect(await ended).toBe(0);
  });

  it('fails no request and breaks no upload, one server after the other', async () => {
    const bytes = randomBytes(6_000_000);
    let areDone = false;
    const load = startLoad();
    const uploading = uploadUntil(bytes, () => areDone);
    expect(await restart(0, 'SIGTERM')).toBe(0);
    expect(await restart(1, 'SIGTERM')).toBe(0);
    areDone = true;
    const recordingId = await uploading;
    const { failures, answers } = await load.stop();
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
    expect(digest(await storedBytes(recordingId))).toBe(digest(bytes));
  });

  it('ends its event streams, so that browsers come back to another', async () => {
    const open = () =>
      fetch(`${balancer.address}/api/events`, { headers: { cookie: amira.cookie } });
    const streams = await Promise.all([open(), open()]);
    const ends = streams.map((stream) => stream.text());
    await restart(0, 'SIGTERM');
    await restart(1, 'SIGTERM');
    for (const text of await Promise.all(ends)) expect(text).toContain('retry:');
    const again = await open();
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
});

describe('a server that is killed', () => {
  it('does fail requests, so that what is said above is not said of nothing', async () => {
    const load = startLoad();
    await until(async () => balancer.ready().length === 2);
    await restart(0, 'SIGKILL');
    const { failures } = await load.stop();
    expect(failures.length).toBeGreaterThan(0);
  });
});
