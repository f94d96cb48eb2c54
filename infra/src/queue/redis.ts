import { RedisConnection } from 'bullmq';
import { Redis } from 'ioredis';

/** What keeps a process from using the queue; its message is a sentence that says what to do. */
export class QueueProblem extends Error {}

const sentences: [pattern: RegExp, sentence: string][] = [
  [/ECONNREFUSED/, 'nothing answers there: start Redis, or mend REDIS_URL'],
  [/ENOTFOUND/, 'its host is not known: mend REDIS_URL'],
  [/EAI_AGAIN/, 'its host is not known at the moment: mend REDIS_URL or the name service'],
  [
    /ETIMEDOUT|timed out|EHOSTUNREACH|ENETUNREACH/,
    'it does not answer: mend REDIS_URL (redis: without TLS, rediss: with it), or let this machine through its firewall',
  ],
  [/WRONGPASS|invalid password/, 'it takes another user or password: mend REDIS_URL'],
  [/NOAUTH/, 'it wants a password: put it into REDIS_URL, as in redis://:password@host:6379'],
  [/NOPERM/, 'its user may do too little: allow it every command and every key (`+@all ~* &*`)'],
  [/DB index/, 'it has no database of that number: mend REDIS_URL'],
  [/LOADING/, 'it is still starting: try again in a moment'],
  [
    /wrong version number|packet length too long/i,
    'it does not speak TLS: let REDIS_URL begin with redis:',
  ],
  [
    /certificate|CERT_|altnames/i,
    'its certificate is not trusted: name the authority that signed it in NODE_EXTRA_CA_CERTS',
  ],
  [
    /Connection is closed|ECONNRESET|EPIPE/,
    'it hung up: where it speaks TLS, let REDIS_URL begin with rediss:',
  ],
];

/**
 * Looks whether the Redis there can carry the queue.
 * @returns sentences about what works but could be better
 * @throws QueueProblem where it does not answer, lets nobody in, is too old, or could lose work by itself
 */
export async function checkRedis(url: string): Promise<string[]> {
  const { notices, problem } = judgeRedis(await askInfo(url));
  if (problem) throw new QueueProblem(`Redis at ${new URL(url).host} cannot be used, ${problem}.`);
  return notices.map((notice) => `Redis at ${new URL(url).host} ${notice}.`);
}

/** What Redis says of itself. */
async function askInfo(url: string): Promise<string> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    commandTimeout: 5_000,
  });
  let lastError: Error | undefined;
  client.on('error', (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    const info = await client.info();
    // A database that it does not have is told beside, and another one taken.
    if (lastError) throw lastError;
    return info;
  } catch (error) {
    throw explain([lastError, error], url);
  } finally {
    client.disconnect();
  }
}

function explain(errors: unknown[], url: string): unknown {
  const known = errors.filter((error) => error instanceof Error);
  const said = known.map((error) => `${'code' in error ? error.code : ''} ${error.message}`);
  for (const [index, words] of said.entries()) {
    const sentence = sentences.find(([pattern]) => pattern.test(words))?.[1];
    if (!sentence) continue;
    const problem = `Redis at ${new URL(url).host} cannot be used, ${sentence}.`;
    return new QueueProblem(problem, { cause: known[index] });
  }
  return known[0] ?? errors.at(-1);
}

/**
 * What is wrong with a Redis, by what it says of itself. The policy is in INFO too, which answers where
 * CONFIG is forbidden, as it is where somebody else runs Redis.
 * @param info the answer to INFO, a line `name:value` each
 */
export function judgeRedis(info: string): { problem: string | undefined; notices: string[] } {
  const value = (name: string) => valueIn(info, name) ?? '';
  const version = value('redis_version');
  const oldest = RedisConnection.recommendedMinimumVersion;
  const policy = value('maxmemory_policy');
  const problem = isOlder(version, oldest)
    ? `it is version ${version}, which is too old: the queue needs ${oldest} or later`
    : value('role') === 'slave'
      ? 'it is a copy that takes no writes: let REDIS_URL name the one it copies'
      : policy !== 'noeviction'
        ? `it throws work away when its memory is full: set its maxmemory-policy to noeviction (it is ${policy})`
        : undefined;
  const isAppending = value('aof_enabled') === '1';
  const notices = isAppending
    ? []
    : [
        'forgets what waits when it restarts, and workers bring it back within seconds: set its appendonly to yes',
      ];
  return { problem, notices };
}

/** A program that speaks as Redis does, by its own name and version. */
export interface QueueEngine {
  name: string;
  version: string;
}

// Those that took its place go on saying which Redis they are like, so they are asked first.
const engines = [
  ['Valkey', 'valkey_version'],
  ['Dragonfly', 'dragonfly_version'],
  ['Redis', 'redis_version'],
] as const;

/** @param info the answer to INFO, a line `name:value` each */
export function engineIn(info: string): QueueEngine {
  for (const [name, field] of engines) {
    const version = valueIn(info, field);
    if (version) return { name, version };
  }
  return { name: 'Redis', version: '' };
}

function valueIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
}

function isOlder(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, 'en', { numeric: true }) < 0;
}
