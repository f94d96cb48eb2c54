import type { Database } from '@second-look/infra/database';
import { diskSpace } from '@second-look/infra/disk';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { WorkQueue } from '@second-look/infra/queue';
import { sql } from 'drizzle-orm';

export const parts = ['database', 'queue', 'store', 'disk'] as const;
export type Part = (typeof parts)[number];

export interface Readiness {
  /**
   * What keeps the server from working; empty where nothing does. Looks at each part at most once in its
   * `freshMs`, and answers within `patienceMs` also where a part hangs.
   */
  trouble(): Promise<Trouble[]>;
}

export type Trouble = { part: Part; error: unknown } | { part: 'server'; error: 'stopping' };

interface Watched {
  database: Database;
  queue: WorkQueue;
  store: ObjectStore;
  dataDir: string;
  /** Aborted when the server is asked to stop. From then on it is not ready. */
  draining?: AbortSignal | undefined;
}

interface Limits {
  /** How long a look at one part may take. */
  patienceMs?: number;
  /** For how long an answer of each part is given again. */
  freshMs?: Partial<Record<Part, number>>;
}

/** Stores may charge for each look, and some list a whole bucket for it. */
const usuallyFreshMs: Record<Part, number> = {
  database: 1_000,
  queue: 1_000,
  store: 10_000,
  disk: 1_000,
};
/** Trouble is looked at again as soon as that, so that one slow answer is not told for long. */
const troubleFreshMs = 1_000;

/** Less than a proxy waits for the answer (infra/deploy/Caddyfile), so that it hears what hangs. */
const usualPatienceMs = 1_500;

/** Below this nothing that lies on the same disk, the database for one, can work for long. */
const leastFreeBytes = 100_000_000;
/** A look that has not come back after so long never will, so another is tried. */
const lostMs = 30_000;

export function watchReadiness(
  { database, queue, store, dataDir, draining }: Watched,
  { patienceMs = usualPatienceMs, freshMs }: Limits = {},
): Readiness {
  const looks: Record<Part, () => Promise<unknown>> = {
    database: () => database.plain.execute(sql`select 1`),
    queue: () => queue.state(),
    store: () => store.check(),
    disk: () => refuseFullDisk(dataDir),
  };
  const asked = parts.map((part) => ({
    part,
    ask: patiently(looks[part], patienceMs, freshMs?.[part] ?? usuallyFreshMs[part]),
  }));
  return {
    trouble: async () => {
      if (draining?.aborted) return [{ part: 'server', error: 'stopping' }];
      const errors = await Promise.all(
        asked.map(async ({ part, ask }) => ({ part, error: await ask() })),
      );
      return errors.filter(({ error }) => error !== undefined);
    },
  };
}

async function refuseFullDisk(dataDir: string) {
  const space = await diskSpace(dataDir);
  if (space && space.freeBytes < leastFreeBytes) {
    throw new Error(`Only ${space.freeBytes} bytes are left on the disk of DATA_DIR.`);
  }
}

/**
 * Asks at most once at a time, and gives an answer again while it is fresh.
 * @returns asks; gives the error where there is one
 */
function patiently(
  look: () => Promise<unknown>,
  patienceMs: number,
  freshMs: number,
): () => Promise<unknown> {
  let last: { answer: Promise<unknown>; begunMs: number; staleMs?: number } | undefined;
  return () => {
    const nowMs = performance.now();
    const isOld = last?.staleMs !== undefined && nowMs > last.staleMs;
    if (!last || isOld || nowMs - last.begunMs > lostMs) {
      const begun: typeof last = { begunMs: nowMs, answer: Promise.resolve() };
      const endsWith = (error: unknown, forMs: number) => {
        begun.staleMs = performance.now() + forMs;
        return error;
      };
      begun.answer = look().then(
        () => endsWith(undefined, freshMs),
        (error: unknown) => endsWith(error, Math.min(freshMs, troubleFreshMs)),
      );
      last = begun;
    }
    return within(patienceMs, last.answer);
  };
}

async function within(limitMs: number, answer: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`No answer within ${limitMs} ms.`)), limitMs);
  });
  return Promise.race([answer, limit]).finally(() => clearTimeout(timer));
}
