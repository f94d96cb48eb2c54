import { type BackendFactory, createPostgresBackend, createRedisBackend } from 'bullmq';
import type { RedisOptions } from 'ioredis';
import type { QueueState } from './index.ts';

export const name = 'processing';
/** What everything in Redis begins with, so that others may use the same one. */
const prefix = 'second-look';
/** The schema in PostgreSQL. */
const schema = 'second_look_queue';

export interface Backend {
  kind: QueueState['kind'];
  // BullMQ's classes take whichever connection belongs to the factory.
  // biome-ignore lint/suspicious/noExplicitAny: its types tie them together only where the backend is known beforehand
  connection: { connection: any; prefix?: string };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  factory: BackendFactory<any, any>;
}

/**
 * What BullMQ needs for the queue at this address.
 * @param isPatient waits through an outage, as workers do; without it whoever asks is told at once
 */
export function backendOf(url: string, { isPatient }: { isPatient: boolean }): Backend {
  if (!isRedis(url)) {
    const connection = { connectionString: url, schema, migrate: true, max: 4 };
    return { kind: 'postgresql', connection: { connection }, factory: createPostgresBackend };
  }
  const options: RedisOptions = {
    retryStrategy: (times) => Math.min(times * 200, 2_000),
    ...(isPatient
      ? { maxRetriesPerRequest: null }
      : { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 5_000 }),
  };
  return {
    kind: 'redis',
    connection: { connection: { url, ...options }, prefix },
    factory: createRedisBackend,
  };
}

export const isRedis = (url: string) => /^rediss?:/.test(url);
