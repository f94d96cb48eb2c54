import { type BackendFactory, createPostgresBackend, createRedisBackend, type Queue } from 'bullmq';
import type { RedisOptions } from 'ioredis';
import { schemaMender } from './mend-schema.ts';
import { checkRedis, engineIn, type QueueEngine } from './redis.ts';

/**
 * Two queues, so that what somebody waits for never stands behind what takes a minute: each worker process
 * has room of its own for either.
 */
export const names = { express: 'processing', steady: 'processing-steady' } as const;
export type Lane = keyof typeof names;
export const lanes: readonly Lane[] = ['express', 'steady'];
/** What everything in Redis begins with, so that others may use the same one. */
const prefix = 'second-look';
/** The schema in PostgreSQL. */
const schema = 'second_look_queue';

export interface Backend {
  kind: 'postgresql' | 'redis';
  // BullMQ's types tie a connection to a factory that is known beforehand.
  // biome-ignore lint/suspicious/noExplicitAny: here the address decides
  options: { connection: any; prefix?: string };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  factory: BackendFactory<any, any>;
  /** @returns sentences about what could be better @throws QueueProblem */
  check(): Promise<string[]>;
  /** What the queue is on now; `null` where that is the database. */
  engine(queue: Queue): Promise<QueueEngine | null>;
  /** Told of every error, mends what can be mended. */
  mend(error: unknown): void;
}

/**
 * What BullMQ needs for the queue at this address.
 * @param url address of Redis, or else of the database as the role `queue`
 * @param isPatient waits through an outage of Redis, as workers do; otherwise whoever asks is told at once
 */
export function backendOf(
  url: string,
  { isPatient, onError }: { isPatient: boolean; onError: (error: Error) => void },
): Backend {
  if (!/^rediss?:/.test(url)) {
    return {
      kind: 'postgresql',
      options: { connection: { connectionString: url, schema, migrate: true, max: 4 } },
      factory: createPostgresBackend,
      check: async () => [],
      engine: async () => null,
      mend: schemaMender(url, schema, onError),
    };
  }
  const connection: RedisOptions & { url: string } = {
    url,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
    ...(isPatient
      ? { maxRetriesPerRequest: null }
      : { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 5_000 }),
  };
  return {
    kind: 'redis',
    options: { connection, prefix },
    factory: createRedisBackend,
    check: () => checkRedis(url),
    engine: async ({ backend }) => engineIn(await (await backend.client).info()),
    mend: () => {},
  };
}
