import { randomUUID } from 'node:crypto';
import { roleUrl } from '@second-look/infra/config';
import {
  consume,
  type Handler,
  openQueue,
  urgency,
  type WorkQueue,
} from '@second-look/infra/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import { until } from '../world/lesson.ts';

let database: TestDatabase;
let url: string;
let queue: WorkQueue;
beforeAll(async () => {
  database = await freshDatabase();
  url = roleUrl(database.databaseUrl, database.secret, 'queue');
  queue = await openQueue(url, () => {});
});
afterAll(async () => {
  await queue.close();
  await database.drop();
});

const start = (handler: Handler, concurrency = 1) =>
  consume(url, handler, { concurrency, onError: () => {} });

describe('the queue', () => {
  it('carries each step once, however often it was put in', async () => {
    const steps = Array.from({ length: 20 }, () => randomUUID());
    for (const id of [...steps, ...steps]) await queue.add({ id });
    const done: string[] = [];
    const consumers = await Promise.all(
      [1, 2].map(() => start(async ({ stepId }) => void done.push(stepId), 4)),
    );
    await until(async () => done.length >= 20);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    expect(done.sort()).toEqual(steps.sort());
  });

  it('carries a step again once it is done', async () => {
    const id = randomUUID();
    const done: string[] = [];
    const consumer = await start(async ({ stepId }) => void done.push(stepId));
    await queue.add({ id });
    await until(async () => done.length === 1);
    await until(async () => {
      await queue.add({ id });
      return done.length === 2;
    });
    await consumer.close();
  });

  it('tries again what failed', async () => {
    const id = randomUUID();
    const tries: boolean[] = [];
    const consumer = await start(async (_, { isLastTry }) => {
      tries.push(isLastTry);
      if (tries.length < 2) throw new Error('The disk was full.');
    });
    await queue.add({ id });
    await until(async () => tries.length === 2);
    await consumer.close();
    expect(tries).toEqual([false, false]);
  });

  it('runs first what somebody waits for, and tells operators what it holds', async () => {
    const [idle, awaited] = [randomUUID(), randomUUID()];
    await queue.add({ id: idle }, { urgency: urgency.whenIdle });
    await queue.add({ id: awaited });
    expect(await queue.state()).toMatchObject({ waiting: 2, active: 0, delayed: 0, workers: 0 });
    const done: string[] = [];
    const consumer = await start(async ({ stepId }) => void done.push(stepId));
    await until(async () => done.length === 2);
    expect(done).toEqual([awaited, idle]);
    expect(await queue.state()).toMatchObject({ waiting: 0, oldestWaitingMs: null, workers: 1 });
    await consumer.close();
  });

  it('asks work to stop when it is closed, and waits for it', async () => {
    const said: string[] = [];
    const consumer = await start(async (_, { signal }) => {
      said.push('begun');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      said.push('stopped');
    });
    await queue.add({ id: randomUUID() });
    await until(async () => said.length === 1);
    await consumer.close();
    expect(said).toEqual(['begun', 'stopped']);
  });
});
