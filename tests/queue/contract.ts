import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  consume,
  type Handler,
  openQueue,
  urgency,
  type WorkQueue,
} from '@second-look/infra/queue';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { until } from '../world/lesson.ts';
import { endProcesses, startProcess } from '../world/processes.ts';
import { itFully } from '../world/tier.ts';
import type { Engine } from './engines.ts';

/** What every queue does, whatever is behind it. */
export function describeQueue(open: () => Promise<Engine>) {
  let engine: Engine;
  let queue: WorkQueue;
  beforeAll(async () => {
    engine = await open();
    queue = await openQueue(engine.url, () => {});
  });
  afterEach(endProcesses);
  afterAll(async () => {
    await queue.close();
    await engine.close();
  });

  const start = (handler: Handler, concurrency = 1) =>
    consume(engine.url, handler, { concurrency, onError: () => {} });
  const add = async (count: number) => {
    const ids = Array.from({ length: count }, () => randomUUID());
    for (const id of ids) await queue.add({ id });
    return ids;
  };
  /** Puts it in however often that takes, as the sweep does. */
  const insist = (id: string) =>
    until(() =>
      queue.add({ id }).then(
        () => true,
        () => false,
      ),
    );
  const startWorker = (holdMs: number) => {
    const worker = startProcess('tests/queue/worker.ts', {
      QUEUE_URL: engine.url,
      HOLD_MS: String(holdMs),
    });
    const ids = (what: string) =>
      [...worker.output().matchAll(new RegExp(`^${what} (.*)$`, 'gm'))].map(([, id]) => id);
    return { ...worker, begun: () => ids('begun'), done: () => ids('done') };
  };

  it('carries each step once, however often it was put in, and consumers share them', async () => {
    const steps = await add(20);
    for (const id of steps) await queue.add({ id });
    const done: string[][] = [[], []];
    const consumers = await Promise.all(
      done.map((mine) =>
        start(async ({ stepId }) => {
          mine.push(stepId);
          await until(async () => done.every(({ length }) => length > 0));
        }, 2),
      ),
    );
    await until(async () => done.flat().length >= 20);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    expect(done.flat().sort()).toEqual(steps.sort());
  });

  it('carries a step again once it is done', async () => {
    const [id = ''] = await add(1);
    const done: string[] = [];
    const consumer = await start(async ({ stepId }) => void done.push(stepId));
    await until(async () => done.length === 1);
    await until(async () => {
      await queue.add({ id });
      return done.length === 2;
    });
    await consumer.close();
  });

  it('runs first what somebody waits for, and of equals what was first', async () => {
    const idle = [randomUUID(), randomUUID()];
    for (const id of idle) await queue.add({ id }, { urgency: urgency.whenIdle });
    const between = randomUUID();
    await queue.add({ id: between }, { urgency: 5 });
    const awaited = await add(2);
    const done: string[] = [];
    const consumer = await start(async ({ stepId }) => void done.push(stepId));
    await until(async () => done.length === 5);
    await consumer.close();
    expect(done).toEqual([...awaited, between, ...idle]);
  });

  it('tells operators how much waits, since when, what is at work and how far it is', async () => {
    const quiet = { waiting: 0, active: 0, delayed: 0, oldestWaitingMs: null, workers: 0 };
    expect(await queue.state()).toMatchObject(quiet);
    const [id = ''] = await add(1);
    await queue.add({ id: randomUUID() }, { urgency: urgency.whenIdle });
    await pause(50);
    const waiting = await queue.state();
    expect(waiting).toMatchObject({ waiting: 2, active: 0, workers: 0 });
    expect(waiting.oldestWaitingMs).toBeGreaterThanOrEqual(50);
    let release = () => {};
    const consumer = await start(async (_, { tellProgress }) => {
      tellProgress(0.25);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const progress = async () => (await queue.bull[0]?.getJob(id))?.progress;
    await until(async () => (await progress()) === 0.25);
    expect(await queue.state()).toMatchObject({ waiting: 1, active: 1, workers: 1 });
    release();
    await until(async () => (await queue.state()).waiting === 0);
    release();
    await consumer.close();
    expect(await queue.state()).toMatchObject(quiet);
  });

  it('tries again what failed, later each time, and says which try is the last', async () => {
    await add(1);
    const tries: { at: number; isLastTry: boolean }[] = [];
    const consumer = await start(async (_, { isLastTry }) => {
      tries.push({ at: performance.now(), isLastTry });
      throw new Error('The disk was full.');
    });
    await until(async () => tries.length === 1 && (await queue.state()).delayed === 1);
    await until(async () => tries.at(-1)?.isLastTry);
    await consumer.close();
    expect(tries.map(({ isLastTry }) => isLastTry)).toEqual([false, false, false, false, true]);
    const gaps = tries.slice(1).map(({ at }, index) => at - (tries[index]?.at ?? 0));
    for (const [index, leastMs] of [1_000, 2_000, 4_000, 8_000].entries())
      expect(gaps[index]).toBeGreaterThan(leastMs * 0.95);
    expect(await queue.state()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
  });

  it('gives the work of a killed worker to another', async () => {
    const [id] = await add(1);
    const killed = startWorker(3_600_000);
    await until(async () => killed.begun().includes(id));
    await killed.end('SIGKILL');
    const other = startWorker(0);
    await until(async () => other.done().includes(id));
    expect(await other.end('SIGTERM')).toBe(0);
  });

  it('goes on when its engine restarts in the middle', async () => {
    const worker = startWorker(5_000);
    const [before] = await add(1);
    await until(async () => worker.begun().includes(before));
    await engine.stop();
    await expect(queue.add({ id: randomUUID() })).rejects.toThrow();
    await engine.start();
    const after = randomUUID();
    await insist(after);
    await until(async () => [before, after].every((id) => worker.done().includes(id)));
    expect(await worker.end('SIGTERM')).toBe(0);
  });

  itFully('lets a process end while its engine is away', async () => {
    const worker = startWorker(5_000);
    const [id] = await add(1);
    await until(async () => worker.begun().includes(id));
    const other = await openQueue(engine.url, () => {});
    await engine.stop();
    expect(await worker.end('SIGTERM')).toBe(0);
    expect(worker.done()).toEqual([id]);
    await other.close();
    await engine.start();
    // Nobody was told that it is done, so it is done once more.
    const next = startWorker(0);
    await until(async () => next.done().includes(id));
    expect(await next.end('SIGTERM')).toBe(0);
  });

  it('goes on when all it held is lost under its hands', async () => {
    const worker = startWorker(2_000);
    const steps = await add(3);
    await until(async () => worker.begun().length > 0);
    await engine.empty();
    // What the sweep does every few seconds, with what is not done yet.
    await until(async () => {
      const rest = steps.filter((id) => !worker.done().includes(id));
      for (const id of rest) await insist(id);
      return rest.length === 0;
    }, 1_000);
    expect(await worker.end('SIGTERM')).toBe(0);
  });

  it('asks work to stop when it is closed, and waits for it', async () => {
    const said: string[] = [];
    const consumer = await start(async (_, { signal }) => {
      said.push('begun');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await pause(200);
      said.push('stopped');
    });
    await add(1);
    await until(async () => said.length === 1);
    await consumer.close();
    expect(said).toEqual(['begun', 'stopped']);
  });
}
