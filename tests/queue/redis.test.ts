import { describe } from 'vitest';
import { hasRedis } from '../world/redis.ts';
import { describeQueue } from './contract.ts';
import { openRedis } from './engines.ts';

describe.skipIf(!hasRedis)('the queue on Redis', () => describeQueue(openRedis));
