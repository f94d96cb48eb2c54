import { execFileSync } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { watchReadiness } from '../../server/src/features/health/readiness.ts';
import { send } from '../world/client.ts';
import { until } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess } from '../world/processes.ts';
import { hasRedis, startRedis } from '../world/redis.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { openStallingWay } from './stalling-way.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
});

const ready = (address: string) => send(address, 'GET', '/api/health/ready');
/** As a proxy asks, that waits for two seconds. */
async function serving(address: string) {
  const beganMs = performance.now();
  const answer = await send(address, 'GET', '/api/health/serving');
  expect(performance.now() - beganMs).toBeLessThan(2_000);
  return answer;
}
/** The parts that are named as not ready, once `isSo` of them. */
const namedOnce = (address: string, isSo: (parts: string[]) => boolean) =>
  until(async () => {
    const { status, json } = await ready(address);
    const parts: string[] = (json.fields ?? []).map(({ path }: { path: string }) => path);
    return isSo(parts) && { status, parts, json };
  });

describe('readiness', () => {
  it('says no more than that all is well where it is', async () => {
    expect((await ready(server.address)).json).toEqual({ status: 'ok' });
  });

  it('names a database and a queue that hang, answers all the same, and takes them back', async () => {
    const way = await openStallingWay(new URL(server.place.database.databaseUrl));
    const place = { ...server.place, env: { ...server.place.env, DATABASE_URL: way.url } };
    const process = await startServerProcess(place, await freePort());
    way.stall();
    const { status, json } = await namedOnce(process.address, (parts) => parts.length === 2);
    expect(status).toBe(503);
    expect(json.code).toBe('unavailable');
    expect(json.fields).toEqual([
      { path: 'database', message: 'is not ready' },
      { path: 'queue', message: 'is not ready' },
    ]);
    expect((await send(process.address, 'GET', '/api/health/live')).status).toBe(200);
    expect((await serving(process.address)).status).toBe(503);
    way.flow();
    await namedOnce(process.address, (parts) => parts.length === 0);
    await process.end('SIGKILL');
    way.close();
    const told = process
      .output()
      .split('\n')
      .filter((line) => line.includes('"not ready"'));
    expect(told.length).toBeGreaterThan(0);
    // Whose line it is, and nothing else: of two equal keys a reader keeps one.
    for (const line of told) expect(line.match(/"part":"\w+"/g)).toEqual(['"part":"server"']);
  });

  it('names a store that is gone', async () => {
    const objects = join(server.place.dataDir, 'objects');
    await rename(objects, `${objects}-away`);
    const { status, parts } = await namedOnce(server.address, (named) => named.length > 0);
    expect([status, parts]).toEqual([503, ['store']]);
    expect((await serving(server.address)).json).toEqual({ status: 'ok', lacking: ['store'] });
    await rename(`${objects}-away`, objects);
    await namedOnce(server.address, (named) => named.length === 0);
  });

  it.skipIf(!hasRedis)(
    'is sent requests also while the queue hangs, and while it is gone',
    async () => {
      const redis = await startRedis();
      const way = await openStallingWay(new URL(redis.url));
      const { address, end } = await startServerProcess(server.place, await freePort(), {
        REDIS_URL: way.url,
      });
      const isQueueAlone = (parts: string[]) => parts.join() === 'queue';
      way.stall();
      await namedOnce(address, isQueueAlone);
      expect((await serving(address)).json).toEqual({ status: 'ok', lacking: ['queue'] });
      way.flow();
      await namedOnce(address, (parts) => parts.length === 0);
      expect((await serving(address)).json).toEqual({ status: 'ok', lacking: [] });
      await redis.stop();
      await namedOnce(address, isQueueAlone);
      expect((await serving(address)).status).toBe(200);
      await end('SIGKILL');
      way.close();
      await redis.close();
    },
  );

  const canMount = tryToMount();
  it.runIf(canMount)('names a full disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'second-look-small-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=50m', 'tmpfs', folder]);
    try {
      const database = server.place.database.as('app');
      const readiness = watchReadiness(
        { ...server, database, dataDir: folder },
        { patienceMs: 60_000 },
      );
      expect((await readiness.trouble()).map(({ part }) => part)).toEqual(['disk']);
    } finally {
      execFileSync('umount', [folder]);
      await rm(folder, { recursive: true });
    }
  });

  it('is no load where many ask: one look answers them all', async () => {
    const database = server.place.database.as('app');
    let looks = 0;
    const count = () => {
      looks += 1;
    };
    database.pool.on('acquire', count);
    const readiness = watchReadiness(
      { ...server, database, dataDir: server.place.dataDir },
      { freshMs: { database: 60_000 } },
    );
    for (const _ of [1, 2, 3]) {
      await Promise.all(Array.from({ length: 50 }, () => readiness.trouble()));
    }
    database.pool.off('acquire', count);
    expect(looks).toBe(1);
  });

  it('asks the store more seldom than the rest', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      let looks = 0;
      let isThere = true;
      const check = async () => {
        looks += 1;
        if (!isThere) throw new Error('It does not answer.');
        await server.store.check();
      };
      const readiness = watchReadiness(
        {
          ...server,
          database: server.place.database.as('app'),
          dataDir: server.place.dataDir,
          store: { ...server.store, check },
        },
        { patienceMs: 60_000 },
      );
      for (const elapsedMs of [0, 5_000, 4_000]) {
        vi.advanceTimersByTime(elapsedMs);
        expect(await readiness.trouble()).toEqual([]);
      }
      expect(looks).toBe(1);
      vi.advanceTimersByTime(2_000);
      await readiness.trouble();
      expect(looks).toBe(2);
      isThere = false;
      vi.advanceTimersByTime(11_000);
      expect(await readiness.trouble()).toHaveLength(1);
      isThere = true;
      vi.advanceTimersByTime(1_100);
      expect(await readiness.trouble(), 'one slow answer is not told for long').toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends with the first word that the server is to stop', async () => {
    const { dataDir, database } = server.place;
    const stopping = new AbortController();
    const readiness = watchReadiness(
      { ...server, database: database.as('app'), dataDir, draining: stopping.signal },
      { patienceMs: 60_000 },
    );
    expect(await readiness.trouble()).toEqual([]);
    stopping.abort();
    expect(await readiness.trouble()).toEqual([{ part: 'server', error: 'stopping' }]);
  });
});

function tryToMount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    execFileSync('umount', ['/mnt']);
    return true;
  } catch {
    return false;
  }
}
