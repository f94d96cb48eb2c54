import type { AdministrationStatus } from '@second-look/core/contract';
import { describe, expect, test } from 'vitest';
import { ageInWords } from './age.ts';
import { type Concern, concernsOf, isGrave, plainVersion } from './concerns.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const worker = {
  version: '0.1.0',
  node: '24.0.0',
  ffmpeg: { version: '8.0', releasedOn: '2026-08-22', isOld: false },
  startedAt: '2026-11-22T08:00:00Z',
  seenAt: '2026-11-22T11:59:50Z',
  isThere: true,
  clockAheadMs: 0,
};
const school = {
  name: 'Hill School',
  usedBytes: 1,
  isNearlyFull: false,
  people: 9,
  peopleNearlyFull: null,
};
const waitless = {
  kind: 'redis',
  engine: { name: 'Redis', version: '7.0.15' },
  waiting: 0,
  active: 0,
  delayed: 0,
  oldestWaitingMs: null,
} as const;
const well: AdministrationStatus = {
  versions: { product: '0.1.0', node: '24.0.0', postgresql: '18.4' },
  migrations: [],
  queue: waitless,
  store: { kind: 's3', isReachable: true },
  disk: { usedBytes: 1, totalBytes: 10, isNearlyFull: false },
  storage: { personQuotaBytes: null, schoolQuotaBytes: null, schools: [school] },
  workers: [worker],
  sweptAt: '2026-11-22T11:59:50Z',
  clockAheadMs: 0,
  address: { publicUrl: 'https://look.school.example', troubles: [] },
};

describe('what needs an administrator', () => {
  test('is nothing where all is well', () => {
    expect(concernsOf(well, now)).toEqual([]);
  });

  const cases: [Partial<AdministrationStatus>, Concern[]][] = [
    [{ store: { kind: 's3', isReachable: false } }, [{ key: 'store' }]],
    [{ queue: null }, [{ key: 'queue' }]],
    [{ workers: [{ ...worker, isThere: false }], sweptAt: null }, [{ key: 'noWorkers' }]],
    [{ disk: { usedBytes: 9, totalBytes: 10, isNearlyFull: true } }, [{ key: 'disk' }]],
    [{ sweptAt: '2026-11-22T11:54:00Z' }, [{ key: 'sweep' }]],
    [{ sweptAt: null }, [{ key: 'sweep' }]],
    [{ sweptAt: null, workers: [{ ...worker, startedAt: '2026-11-22T11:59:40Z' }] }, []],
    [{ clockAheadMs: 5_000 }, []],
    [{ clockAheadMs: -61_000 }, [{ key: 'clock', seconds: 61, isAhead: false }]],
    [
      { workers: [worker, { ...worker, clockAheadMs: 6_000 }] },
      [{ key: 'workerClock', seconds: 6, isAhead: true }],
    ],
    [{ workers: [{ ...worker, version: '0.0.9' }] }, [{ key: 'versions' }]],
    [
      { address: { publicUrl: '', troubles: ['Set TRUST_PROXY.'] } },
      [{ key: 'address', sentence: 'Set TRUST_PROXY.' }],
    ],
    [
      {
        workers: [
          {
            ...worker,
            ffmpeg: { version: 'n7.0-7-gd38bf5e08e', releasedOn: '2024-04-05', isOld: true },
          },
        ],
      },
      [{ key: 'ffmpegOld', version: '7.0', releasedOn: '2024-04-05' }],
    ],
    [
      { queue: { ...waitless, waiting: 1, oldestWaitingMs: 16 * 60_000 } },
      [{ key: 'waiting', minutes: 16 }],
    ],
    [
      {
        storage: {
          personQuotaBytes: 10,
          schoolQuotaBytes: 10,
          schools: [{ ...school, isNearlyFull: true, peopleNearlyFull: 6 }],
        },
      },
      [
        { key: 'school', name: 'Hill School' },
        { key: 'people', name: 'Hill School', count: 6 },
      ],
    ],
  ];
  test.each(cases)('%j', (change, concerns) => {
    expect(concernsOf({ ...well, ...change }, now)).toEqual(concerns);
  });

  test('is grave where people cannot work, or soon cannot', () => {
    expect(isGrave({ key: 'noWorkers' })).toBe(true);
    expect(isGrave({ key: 'versions' })).toBe(false);
  });
});

test('a version is shown as people call it', () => {
  expect(['n7.0-7-gd38bf5e08e', '5.1.9-0+deb12u1', 'git'].map(plainVersion)).toEqual([
    '7.0',
    '5.1.9',
    'git',
  ]);
});

test('an age is told in whole months, and from a year on in years', () => {
  const today = new Date('2026-11-22');
  const age = (day: string) => ageInWords(new Date(day), today);
  expect(['2026-11-20', '2026-08-20', '2025-12-01', '2024-04-05'].map(age)).toEqual([
    'this month',
    '3 months ago',
    '11 months ago',
    '2 years ago',
  ]);
});
