import { randomBytes } from 'node:crypto';
import { queueUrl, readConfig } from '@second-look/infra/config';
import { consume, type WorkConsumer } from '@second-look/infra/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard } from '../../server/src/features/queue-board/board.ts';
import { send } from '../world/client.ts';
import { until, uploaded } from '../world/lesson.ts';
import { hasRedis, startRedis, type TestRedis } from '../world/redis.ts';
import { startServer, type TestServer } from '../world/server.ts';

const address = '/api/administration/queue';
/** What an administrator has no business with, each where somebody would write it. */
const secrets = { title: 'Olivia reads aloud', filename: 'Year 8 Olivia.mp4' };
const forbidden = [/olivia/i, /amira/i, /school\.test/, /mp4/];

describe.each([
  ['PostgreSQL', true],
  ['Redis', hasRedis],
])('the board of the queue on %s', (engine, isHere) => {
  if (!isHere) return it.skip('is not tried: there is no redis-server');
  let redis: TestRedis | undefined;
  let server: TestServer;
  const consumers: WorkConsumer[] = [];
  let release = () => {};
  beforeAll(async () => {
    if (engine === 'Redis') redis = await startRedis();
    server = await startServer({ settings: { redisUrl: redis?.url } });
  });
  afterAll(async () => {
    release();
    await Promise.all(consumers.map((consumer) => consumer.close()));
    await server.stop();
    await redis?.close();
  });

  it('shows steps by their ids, and nothing of what is filmed or who filmed it', async () => {
    const amira = await server.as('amira');
    const upload = () => uploaded(amira, randomBytes(1_000), secrets);
    const url = queueUrl({ ...readConfig(server.place.env), redisUrl: redis?.url });
    const seen: string[] = [];
    const failing = await consume(
      url,
      async ({ stepId }) => {
        seen.push(stepId);
        throw new Error(
          `ffmpeg: ${secrets.filename}: ${secrets.title}, by Amira (amira@school.test)`,
        );
      },
      { concurrency: 1, onError: () => {} },
    );
    await upload();
    await until(async () => (await server.queue.state()).delayed === 1);
    await failing.close();
    consumers.push(
      await consume(
        url,
        async ({ stepId }, { tellProgress }) => {
          seen.push(stepId);
          tellProgress(0.5);
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        },
        { concurrency: 1, onError: () => {} },
      ),
    );
    await upload();
    await upload();
    await until(async () => {
      const { waiting, active } = await server.queue.state();
      return waiting + active >= 2 && active === 1;
    });

    const dev = await server.as('dev');
    const { reads, pages } = openBoard(server.queue.bull, address);
    const ids = [...new Set(seen)];
    const addresses = [...pages, ...reads.map(({ url }) => url)].flatMap((path) =>
      ids.map((id) => path.replace(':queueName', 'processing').replace(':jobId', id)),
    );
    const answers = await Promise.all(
      [...new Set(addresses), '/api/queues?activeQueue=processing'].map((path) =>
        dev.ask('GET', `${address}${path}`),
      ),
    );
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      for (const words of forbidden) expect(text).not.toMatch(words);
    }
    const [queue] = answers.at(-1)?.json.queues ?? [];
    const shown: { id: string; data: unknown }[] = queue.jobs;
    expect(shown.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    for (const { id, data } of shown) expect(data).toEqual({ stepId: id });
    expect(shown.find(({ id }) => id === ids[0])).toMatchObject({
      failedReason: 'It failed; the log of the workers says why.',
      stacktrace: [],
    });
  });

  it('is there for administrators alone, and to look at', async () => {
    const nowhere = await (await server.as('dev')).ask('GET', '/api/administration/nowhere');
    expect(nowhere.status).toBe(404);
    for (const path of ['', '/', '/api/queues', '/api/redis/stats', '/static/favicon-32x32.png']) {
      const ask = async (name: 'amira' | 'dev') =>
        (await server.as(name)).ask('GET', `${address}${path}`);
      expect((await ask('dev')).status, path).toBe(200);
      const { status, json } = await ask('amira');
      expect({ status, ...json, requestId: 0 }).toEqual({ ...nowhere.json, requestId: 0 });
      expect((await send(server.address, 'GET', `${address}${path}`)).status).toBe(401);
    }
    const dev = await server.as('dev');
    for (const [method, path] of [
      ['PUT', '/api/queues/processing/empty'],
      ['PUT', '/api/queues/pause'],
      ['POST', '/api/queues/processing/add'],
    ] as const)
      expect((await dev.ask(method, `${address}${path}`, {})).status).toBe(404);
    for (const bull of server.queue.bull) expect(await bull.isPaused()).toBe(false);
  });
});
