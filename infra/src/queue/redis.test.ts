import { describe, expect, it } from 'vitest';
import { engineIn, judgeRedis } from './redis.ts';

const info = (changes: Record<string, string> = {}) => {
  const said = {
    redis_version: '7.0.15',
    role: 'master',
    maxmemory_policy: 'noeviction',
    aof_enabled: '1',
    ...changes,
  };
  const lines = Object.entries(said).map(([name, value]) => `${name}:${value}`);
  return ['# Server', ...lines, 'redis_mode:standalone'].join('\r\n');
};

describe('what Redis says of itself', () => {
  it('lets one be used that keeps what it is given', () => {
    expect(judgeRedis(info())).toEqual({ problem: undefined, notices: [] });
  });

  it.each([
    ['5.0.14', true],
    ['6.0.20', true],
    ['6.2.0', false],
    ['6.10.0', false],
    ['10.0.0', false],
  ])('weighs version %s', (version, isTooOld) => {
    const { problem } = judgeRedis(info({ redis_version: version }));
    if (isTooOld) expect(problem).toContain(`version ${version}, which is too old`);
    else expect(problem).toBeUndefined();
  });

  it.each([
    [{ maxmemory_policy: 'allkeys-lru' }, 'set its maxmemory-policy to noeviction'],
    [{ maxmemory_policy: 'volatile-ttl' }, 'it is volatile-ttl'],
    [{ role: 'slave' }, 'let REDIS_URL name the one it copies'],
  ])('refuses %j', (changes, sentence) => {
    expect(judgeRedis(info(changes)).problem).toContain(sentence);
  });

  it('tells of one that forgets, and lets it be used', () => {
    const { problem, notices } = judgeRedis(info({ aof_enabled: '0' }));
    expect(problem).toBeUndefined();
    expect(notices).toEqual([expect.stringContaining('set its appendonly to yes')]);
  });

  it.each([
    [{}, { name: 'Redis', version: '7.0.15' }],
    [
      { redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.3' },
      { name: 'Valkey', version: '8.1.3' },
    ],
    [
      { redis_version: '7.4.0', dragonfly_version: 'df-v1.34.1' },
      { name: 'Dragonfly', version: 'df-v1.34.1' },
    ],
  ])('names the program that says %j', (changes, engine) => {
    expect(engineIn(info(changes))).toEqual(engine);
  });
});
