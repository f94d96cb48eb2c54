import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { hasRedis, startRedis } from '../world/redis.ts';
import { describeQueue, type Engine } from './contract.ts';

async function openRedis(): Promise<Engine> {
  const redis = await startRedis();
  return {
    ...redis,
    empty: async () => {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
    },
  };
}

describe.skipIf(!hasRedis)('the queue on Redis', () => describeQueue(openRedis));
