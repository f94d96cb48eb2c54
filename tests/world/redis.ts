import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './lesson.ts';
import { freePort } from './processes.ts';

const places = [
  process.env.REDIS_SERVER_PATH,
  'redis-server',
  fileURLToPath(new URL('../../.second-look/toolchain/redis-server', import.meta.url)),
].filter((path) => path !== undefined);
const found = places
  .map((path) => ({ path, ...spawnSync(path, ['--version'], { encoding: 'utf8' }) }))
  .find(({ status }) => status === 0);
const program = found?.path;

// A run that is killed takes its servers along, where Linux can do that.
const keeper =
  spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL'] : [];

/** Whether this machine has a redis-server; `describe.skipIf(!hasRedis)` skips what needs it, and it is counted. */
export const hasRedis = program !== undefined;

export interface TestRedis {
  url: string;
  /** As the program itself tells it before it serves anybody. */
  version: string;
  /** Ends it; `SIGKILL` without a chance to write anything down. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again at the same address, with what it had written down. */
  start(): Promise<void>;
  /** Ends it for good, and takes its files away. */
  close(): Promise<void>;
}

/**
 * A real Redis of its own on a free port, which writes down what it holds.
 * @param options.eviction what it throws away when its memory is full
 * @param options.settings further words of its command line, such as `--requirepass`
 * @throws Error where there is no redis-server
 */
export async function startRedis({
  eviction = 'noeviction',
  settings = [],
}: {
  eviction?: string;
  settings?: string[];
} = {}): Promise<TestRedis> {
  if (!program) throw new Error('There is no redis-server: install it, or skip this test.');
  const folder = await mkdtemp(join(tmpdir(), 'second-look-redis-'));
  const port = await freePort();
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  const keeping = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', eviction];
  let child: ChildProcess | undefined;
  const kill = () => child?.kill('SIGKILL');
  process.on('exit', kill);
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    version: /\bv=(\S+)/.exec(found?.stdout ?? '')?.[1] ?? '',
    async start() {
      const [command = program, ...words] = [...keeper, program, ...place, ...keeping, ...settings];
      child = spawn(command, words, { stdio: 'ignore' });
      const { exitCode } = await Promise.race([
        once(child, 'exit').then(([exitCode]) => ({ exitCode })),
        until(() => answers(port), 20).then(() => ({ exitCode: undefined })),
      ]);
      if (exitCode !== undefined) throw new Error(`redis-server ended with ${exitCode}.`);
    },
    async stop(signal = 'SIGTERM') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
    async close() {
      await redis.stop('SIGKILL');
      process.off('exit', kill);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

/** Whether a Redis there answers, be it that it wants a password; one that still loads its data does not count. */
async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return /^(\+PONG|-NOAUTH)/.test(String(answer));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
