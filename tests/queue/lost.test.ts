import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { filmBytes, until, uploaded } from '../world/lesson.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { hasRedis, startRedis, type TestRedis } from '../world/redis.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { isFullTier } from '../world/tier.ts';

/** Recordings under way when the queue loses all it holds, on either engine. */
describe.each([
  ['PostgreSQL', isFullTier || !hasRedis, 'is tried in the full tier'],
  ['Redis', hasRedis, 'is not tried: there is no redis-server'],
])('a queue on %s that loses everything', (engine, isTried, otherwise) => {
  if (!isTried) return it.skip(otherwise);
  let redis: TestRedis | undefined;
  let server: TestServer;
  let amira: Client;
  beforeAll(async () => {
    if (engine === 'Redis') redis = await startRedis();
    server = await startServer({ settings: { redisUrl: redis?.url } });
    amira = await server.as('amira');
  });
  afterAll(async () => {
    await endProcesses();
    await server.stop();
    await redis?.close();
  });

  const admin = () => server.place.database.as('admin').pool;
  /** Those at work hold it up, and PostgreSQL may choose either to go on. */
  const dropSchema = () =>
    admin()
      .query('drop schema second_look_queue cascade')
      .catch((error) => {
        if (error.code !== '40P01') throw error;
      });
  const lose = async () => {
    if (!redis) return until(dropSchema);
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  };
  const start = () => startWorkers(server.place, { ...(redis && { REDIS_URL: redis.url }) });
  const stepsOf = async () => {
    const { rows } = await admin().query<{
      cutId: string;
      recordingId: string;
      state: string;
      version: number;
      published: number | null;
    }>(
      `select c.id as "cutId", p.recording_id as "recordingId", p.state, p.version, c.published_attempt as published
       from processing_step p join cut c on c.id = p.cut_id order by p.created_at`,
    );
    return rows;
  };

  it('costs no recording, and none is published twice', async () => {
    const film = await filmBytes('silent.mp4');
    const lessons = [];
    for (let count = 0; count < 5; count += 1) lessons.push(await uploaded(amira, film));
    const workers = [start(), start()];
    await until(async () => (await stepsOf()).some(({ state }) => state === 'done'));
    await lose();
    lessons.push(await uploaded(amira, film));
    await until(async () => (await stepsOf()).every(({ state }) => state === 'done'));
    for (const id of lessons)
      expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ state: 'ready' });
    for (const { cutId, recordingId, version, published } of await stepsOf()) {
      if (version > 0) expect(published).toBe(version);
      const { rows } = await admin().query(
        'select distinct attempt from rendition where cut_id = $1 and superseded_at is null',
        [cutId],
      );
      expect(rows, 'what is published is of one version').toEqual([{ attempt: published }]);
      // An attempt that lost takes its objects away when it sees that it did.
      const { rows: named } = await admin().query(
        `select k.object_key as key from rendition_chunk k join rendition r on r.id = k.rendition_id
         where r.cut_id = $1 union
         select unnest(array[poster_key, storyboard_key, waveform_key]) from cut where id = $1`,
        [cutId],
      );
      const names = new Set(named.map(({ key }) => key));
      await until(async () => {
        for await (const { key } of server.store.list(`recordings/${recordingId}/cuts/`))
          if (!names.has(key)) return false;
        return true;
      });
    }
    for (const worker of workers) expect(await worker.end('SIGTERM')).toBe(0);
    expect(await server.queue.state()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
  });
});
