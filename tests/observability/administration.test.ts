import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdministrationStatus } from '@second-look/core/contract';
import { version } from '@second-look/infra/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { until } from '../world/lesson.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { hasRedis, startRedis } from '../world/redis.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let dev: Client;
beforeAll(async () => {
  server = await startServer();
  dev = await server.as('dev');
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
});

const status = (): Promise<AdministrationStatus> => dev.get('/api/administration/status');
const change = (sql: string) => server.place.database.as('admin').pool.query(sql);

describe('the state of the installation', () => {
  it('names what it runs on', async () => {
    const { versions, migrations, queue, store, disk, address, clockAheadMs } = await status();
    expect(versions).toMatchObject({ product: version, node: process.versions.node });
    expect(versions.postgresql).toMatch(/^\d+/);
    expect(migrations[0]?.name).toBe('0001_tables.sql');
    expect(queue).toMatchObject({
      kind: 'postgresql',
      engine: null,
      waiting: 0,
      active: 0,
      delayed: 0,
    });
    expect(store).toEqual({ kind: 'disk', isReachable: true });
    expect(disk?.usedBytes).toBeGreaterThan(0);
    expect(address.publicUrl).toMatch(/^http/);
    expect(clockAheadMs).toBe(0);
  });

  it('knows a worker from its first sign of life to its last', async () => {
    expect((await status()).workers).toEqual([]);
    const worker = startWorkers(server.place);
    const [found] = await until(async () => {
      const { workers } = await status();
      return workers.length > 0 && workers;
    });
    expect(found).toMatchObject({ version, isThere: true, clockAheadMs: 0 });
    expect(found?.ffmpeg.version).toMatch(/\d/);
    await change(`update worker set seen_at = seen_at - interval '3 minutes'`);
    expect((await status()).workers[0]?.isThere, 'silent for three minutes').toBe(false);
    await worker.end('SIGTERM');
    expect((await status()).workers, 'stopped in order').toEqual([]);
  });

  it('says that the store is gone', async () => {
    const objects = join(server.place.dataDir, 'objects');
    await rename(objects, `${objects}-away`);
    const away = await until(async () => {
      const { store } = await status();
      return !store.isReachable && store;
    });
    expect(away).toEqual({ kind: 'disk', isReachable: false });
    await rename(`${objects}-away`, objects);
  });

  it('is for whoever administers a trust or a school of its own, not for a school’s in a trust', async () => {
    const path = '/api/administration/status';
    const statusOf = async (name: 'olive' | 'ben' | 'carys') => {
      const client = await server.as(name);
      const { isAdministrator } = await client.get('/api/me');
      return [isAdministrator, (await client.ask('GET', path)).status];
    };
    await change(`update membership set role = 'admin' where role = 'member'`);
    expect(await statusOf('olive')).toEqual([true, 200]);
    expect(await statusOf('ben')).toEqual([false, 404]);
    expect(await statusOf('carys')).toEqual([false, 404]);
    const olive = await (await server.as('olive')).get(path);
    expect(olive.storage.schools.map(({ name }: { name: string }) => name)).toEqual(['Elsewhere']);
  });
});

describe.skipIf(!hasRedis)('the state of one whose queue is on Redis', () => {
  it('names that Redis as it is now, and says when it does not answer', async () => {
    const redis = await startRedis();
    const other = await startServer({ env: { REDIS_URL: redis.url } });
    try {
      const administrator = await other.as('dev');
      const queue = async (): Promise<AdministrationStatus['queue']> =>
        (await administrator.get('/api/administration/status')).queue;
      expect(await queue()).toMatchObject({
        kind: 'redis',
        engine: { name: 'Redis', version: redis.version },
      });
      await redis.stop();
      expect(await queue()).toBe(null);
    } finally {
      await other.stop();
      await redis.close();
    }
  });
});
