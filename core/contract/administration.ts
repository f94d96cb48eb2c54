import { z } from 'zod';
import { day, instant } from './fields.ts';
import { routes } from './route.ts';

const bytes = z.int().min(0);
const count = z.int().min(0);

const ffmpeg = z.object({
  version: z.string(),
  /** The day from which it is; `null` where nobody can say. */
  releasedOn: day.nullable(),
  /** `old`: a year or more. */
  isOld: z.boolean(),
});

export const administrationStatus = z.object({
  versions: z.object({ product: z.string(), node: z.string(), postgresql: z.string() }),
  migrations: z.array(z.object({ name: z.string(), appliedAt: instant })),
  /** `null` where it does not answer. */
  queue: z
    .object({
      kind: z.enum(['postgresql', 'redis']),
      /** What answers at `REDIS_URL`, as it calls itself; `null` where the queue is in PostgreSQL. */
      engine: z.object({ name: z.string(), version: z.string() }).nullable(),
      waiting: count,
      active: count,
      delayed: count,
      oldestWaitingMs: z.number().nullable(),
    })
    .nullable(),
  store: z.object({ kind: z.enum(['disk', 's3']), isReachable: z.boolean() }),
  /** The disk of `DATA_DIR`; `null` where the server has none. */
  disk: z.object({ usedBytes: bytes, totalBytes: bytes, isNearlyFull: z.boolean() }).nullable(),
  storage: z.object({
    personQuotaBytes: bytes.nullable(),
    schoolQuotaBytes: bytes.nullable(),
    schools: z.array(
      z.object({
        name: z.string(),
        /** `null` for fewer than five people: of one it would be theirs. */
        usedBytes: bytes.nullable(),
        /** `false` also where `usedBytes` is not told. */
        isNearlyFull: z.boolean(),
        people: count,
        /** How many there use 80 % of their own quota or more; `null` for fewer than five, who are not counted. */
        peopleNearlyFull: count.nullable(),
      }),
    ),
  }),
  /** Those that gave a sign of life within the last day, the last heard of first. */
  workers: z.array(
    z.object({
      version: z.string(),
      node: z.string(),
      ffmpeg,
      startedAt: instant,
      seenAt: instant,
      /** Heard of within the last two minutes. */
      isThere: z.boolean(),
      clockAheadMs: z.int(),
    }),
  ),
  /** When what was left undone was last looked for; `null` where no worker has. */
  sweptAt: instant.nullable(),
  /** How far the server's clock is ahead of the database's, behind where negative. */
  clockAheadMs: z.int(),
  /** What browsers are to type, and what is wrong with how this server is reached: a sentence each. */
  address: z.object({ publicUrl: z.string(), troubles: z.array(z.string()) }),
});
export type AdministrationStatus = z.infer<typeof administrationStatus>;

export const administrationRoutes = routes({
  'GET /api/administration/status': {
    summary:
      'How the installation is, for administrators of a trust or of a school that belongs to none. Nothing of any lesson.',
    success: { status: 200, body: administrationStatus },
  },
});
