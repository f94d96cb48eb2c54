import { openQueue, QueueProblem } from '@second-look/infra/queue';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../world/lesson.ts';
import { endProcesses, freePort, launchServer, startWorkers } from '../world/processes.ts';
import { hasRedis, startRedis, type TestRedis } from '../world/redis.ts';
import { openPlace, type TestPlace } from '../world/server.ts';

const opened: TestRedis[] = [];
const start = async (options?: Parameters<typeof startRedis>[0]) => {
  const redis = await startRedis(options);
  opened.push(redis);
  return redis;
};
afterEach(async () => {
  await endProcesses();
  await Promise.all(opened.splice(0).map((redis) => redis.close()));
});

const withPassword = (url: string, password: string) => url.replace('//', `//:${password}@`);
const settings = (...words: string[]) => ({ settings: words });

/** Why it is refused, undefined where it is not; and what was told beside. */
async function tryOut(url: string) {
  const notices: string[] = [];
  try {
    const queue = await openQueue(
      url,
      () => {},
      (notice) => notices.push(notice),
    );
    await queue.close();
    return { notices };
  } catch (error) {
    if (error instanceof QueueProblem) return { refusal: error.message, notices };
    throw error;
  }
}

describe.skipIf(!hasRedis)('a Redis that cannot carry the queue', () => {
  it('is refused where it throws work away, also where CONFIG is forbidden', async () => {
    for (const words of [[], ['--rename-command', 'CONFIG', '']]) {
      const { url } = await start({ eviction: 'allkeys-lru', settings: words });
      expect((await tryOut(url)).refusal).toMatch(/set its maxmemory-policy to noeviction/);
    }
  });

  it('is refused where nobody answers', async () => {
    expect(await tryOut(`redis://127.0.0.1:${await freePort()}`)).toEqual({
      refusal: expect.stringMatching(/nothing answers there: start Redis, or mend REDIS_URL\.$/),
      notices: [],
    });
    expect((await tryOut('redis://no-such-host.invalid')).refusal).toMatch(/host is not known/);
  });

  it('is refused where somebody answers the call and says nothing', async () => {
    const { url } = await start();
    const other = new Redis(url);
    await other.client('PAUSE', 3_600_000, 'ALL');
    expect((await tryOut(url)).refusal).toMatch(/it does not answer: mend REDIS_URL/);
    other.disconnect();
  });

  it('is refused where the password is wrong or missing, which is never repeated', async () => {
    const { url } = await start(settings('--requirepass', 'sesame'));
    expect((await tryOut(url)).refusal).toMatch(/it wants a password: put it into REDIS_URL/);
    const { refusal } = await tryOut(withPassword(url, 'opensesame'));
    expect(refusal).toMatch(/it takes another user or password/);
    expect(refusal).not.toContain('opensesame');
    expect(await tryOut(withPassword(url, 'sesame'))).toEqual({ notices: [] });
  });

  it('is refused where its user may do too little', async () => {
    const { url } = await start(settings('--user', 'small', 'on', '>key', '~*', '&*', '+ping'));
    const { refusal } = await tryOut(url.replace('//', '//small:key@'));
    expect(refusal).toMatch(/its user may do too little: allow it every command/);
  });

  it('is refused where it has no database of that number, and where it is a copy', async () => {
    const { url } = await start();
    expect((await tryOut(`${url}/99`)).refusal).toMatch(/no database of that number/);
    expect(await tryOut(`${url}/9`)).toEqual({ notices: [] });
    const copy = await start(settings('--replicaof', '127.0.0.1', '1'));
    expect((await tryOut(copy.url)).refusal).toMatch(/a copy that takes no writes/);
  });

  it('is told, and used, where it forgets when it restarts', async () => {
    const { url } = await start(settings('--appendonly', 'no'));
    expect(await tryOut(url)).toEqual({
      notices: [expect.stringMatching(/set its appendonly to yes\.$/)],
    });
  });
});

describe.skipIf(!hasRedis)('a server and workers', () => {
  let place: TestPlace;
  beforeAll(async () => {
    place = await openPlace();
  });
  afterAll(() => place?.remove());

  it('do not start with such a Redis, and say in one sentence what to do', async () => {
    const { url } = await start({ eviction: 'allkeys-lru' });
    for (const [launch, who] of [
      [launchServer, 'server'],
      [startWorkers, 'workers'],
    ] as const) {
      const refused = launch(place, { REDIS_URL: url, PORT: String(await freePort()) });
      expect(await refused.ended).toBe(1);
      expect(refused.output()).toMatch(
        new RegExp(
          `^The ${who} cannot start\\. Redis at 127\\.0\\.0\\.1:\\d+ cannot be used, .*\\.$`,
          'm',
        ),
      );
      expect(refused.output().trim().split('\n')).toHaveLength(1);
    }
  });

  it('tell of one that forgets in the log, and start', async () => {
    const { url } = await start(settings('--appendonly', 'no'));
    const workers = startWorkers(place, { REDIS_URL: url });
    await until(async () => workers.output().includes('set its appendonly to yes'));
    const queue = await openQueue(url, () => {});
    await until(async () => (await queue.state()).workers === 1);
    await queue.close();
    await workers.end('SIGTERM');
  });
});
