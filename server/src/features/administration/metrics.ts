import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@second-look/infra/config';
import type { Database } from '@second-look/infra/database';
import { remembered } from '@second-look/infra/metrics';
import type { QueueState, WorkQueue } from '@second-look/infra/queue';
import { Gauge } from 'prom-client';
import { storedInAll } from '../storage/queries.ts';
import { warningBytes } from '../storage/quota.ts';

/** A queue that hangs must not keep the other numbers from being read. */
const patienceMs = 2_000;

/** Tells what the queue holds, where it answers in time. */
export function watchQueue(queue: WorkQueue): void {
  const ask = () =>
    Promise.race<QueueState | null>([
      queue.state().catch(() => null),
      sleep(patienceMs, null, { ref: false }),
    ]);
  const state = remembered(ask, 1_000);
  new Gauge({
    name: 'second_look_queue_steps',
    help: 'Steps in the queue by state: waiting, active, or delayed (waiting for their next try).',
    labelNames: ['state'],
    async collect() {
      const found = await state();
      this.reset();
      if (!found) return;
      for (const name of ['waiting', 'active', 'delayed'] as const) {
        this.set({ state: name }, found[name]);
      }
    },
  });
  new Gauge({
    name: 'second_look_queue_oldest_waiting_seconds',
    help: 'How long the step that will run next has waited; 0 where none waits.',
    async collect() {
      const found = await state();
      if (found) this.set((found.oldestWaitingMs ?? 0) / 1_000);
      else this.remove();
    },
  });
  new Gauge({
    name: 'second_look_queue_workers',
    help: 'Worker processes that are connected to the queue.',
    async collect() {
      const found = await state();
      if (found) this.set(found.workers);
      else this.remove();
    },
  });
}

/** Tells how much room recordings take; asked of the database once a minute at most. */
export function watchRoom(
  { quotaSchoolBytes, quotaPersonBytes }: Config,
  database: Database,
): void {
  const limits = {
    schoolBytes: warningBytes(quotaSchoolBytes),
    personBytes: warningBytes(quotaPersonBytes),
  };
  const storage = remembered(() => storedInAll(database, limits).catch(() => null), 60_000);
  new Gauge({
    name: 'second_look_storage_used_bytes',
    help: 'Bytes that all recordings take, with what was made of them.',
    async collect() {
      const found = await storage();
      if (found) this.set(found.usedBytes);
      else this.remove();
    },
  });
  new Gauge({
    name: 'second_look_quota_nearly_full',
    help: 'How many schools, and how many people, use 80 % of their quota or more.',
    labelNames: ['of'],
    async collect() {
      const found = await storage();
      this.reset();
      if (!found) return;
      this.set({ of: 'school' }, found.schoolsNearlyFull);
      this.set({ of: 'person' }, found.peopleNearlyFull);
    },
  });
}
