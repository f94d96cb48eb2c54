import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@second-look/infra/database';
import type { Lock, Locker } from '@tus/utils';
import { tusProblem, uploaderId } from './data-store.ts';
import { keepLease, leaseSeconds, releaseLease, takeLease } from './queries.ts';

interface Held {
  leaseId: string;
  stop: AbortController;
  writing: Promise<unknown>;
}

const patienceMs = 10_000;
// What is about to end by itself may.
const drainMs = 3_000;
const retryMs = 250;

/**
 * At most one request appends to an upload: a lease in its row, kept alive while the request lives. A
 * request of this process that is held up by another asks it to let go (a phone that changed networks
 * leaves its old request behind); a lease of a process that died ends by itself.
 */
export class Leases implements Locker {
  readonly #database: Database;
  readonly #held = new Map<string, Held>();

  constructor(database: Database) {
    this.#database = database;
  }

  newLock(id: string): Lock {
    const leaseId = randomUUID();
    let heartbeat: NodeJS.Timeout | undefined;
    return {
      lock: async (signal) => {
        const userId = uploaderId();
        const since = Date.now();
        const take = () => this.#database.as(userId, (tx) => takeLease(tx, id, leaseId));
        for (let taken = await take(); taken !== 'taken'; taken = await take()) {
          // An upload that is about to be created has no row to hold yet; creating it locks its recording.
          if (taken === 'absent') return;
          const waitedMs = Date.now() - since;
          if (waitedMs > drainMs) this.#held.get(id)?.stop.abort();
          if (signal.aborted || waitedMs > patienceMs) throw tusProblem('upload_busy');
          await sleep(retryMs);
        }
        this.#held.set(id, { leaseId, stop: new AbortController(), writing: Promise.resolve() });
        heartbeat = setInterval(
          () => {
            this.#database.as(userId, (tx) => keepLease(tx, id, leaseId)).catch(() => {});
          },
          (leaseSeconds * 1000) / 3,
        );
      },
      unlock: async () => {
        clearInterval(heartbeat);
        // tus lets go when the request breaks off, which may be before its last bytes are on the disk.
        await this.#held.get(id)?.writing.catch(() => {});
        if (this.#held.get(id)?.leaseId === leaseId) this.#held.delete(id);
        await this.#database.as(uploaderId(), (tx) => releaseLease(tx, id, leaseId));
      },
    };
  }

  /** Ends what is being written, with all that has arrived kept. */
  async letAllGo(): Promise<void> {
    const held = [...this.#held.values()];
    for (const { stop } of held) stop.abort();
    await Promise.allSettled(held.map(({ writing }) => writing));
  }

  /** Writes under the lease that this process holds, until `signal` says stop; letting go waits for it. */
  async whileWriting(
    id: string,
    write: (leaseId: string, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const held = this.#held.get(id);
    if (!held) throw tusProblem('upload_busy');
    const writing = write(held.leaseId, held.stop.signal);
    held.writing = writing;
    await writing;
  }
}
