import type { Pool } from 'pg';
import { Gauge } from 'prom-client';
import { diskSpace } from '../disk/index.ts';

/** Tells of the connections to the database, a pool for each of its logins. */
export function watchPools(pools: Record<string, Pool>): void {
  new Gauge({
    name: 'second_look_database_connections',
    help: 'Connections to the database by login and state: in_use, idle, or waiting (work that waits for one).',
    labelNames: ['login', 'state'],
    collect() {
      for (const [login, { totalCount, idleCount, waitingCount }] of Object.entries(pools)) {
        this.set({ login, state: 'in_use' }, totalCount - idleCount);
        this.set({ login, state: 'idle' }, idleCount);
        this.set({ login, state: 'waiting' }, waitingCount);
      }
    },
  });
}

/** Tells of the disk that `folder` lies on; of none where there is no such folder. */
export function watchDisk(folder: string): void {
  new Gauge({
    name: 'second_look_disk_free_bytes',
    help: 'Bytes that can still be written to the disk of DATA_DIR.',
    async collect() {
      const space = await diskSpace(folder).catch(() => null);
      if (space) this.set(space.freeBytes);
      else this.remove();
    },
  });
  new Gauge({
    name: 'second_look_disk_total_bytes',
    help: 'Size of the disk of DATA_DIR in bytes.',
    async collect() {
      const space = await diskSpace(folder).catch(() => null);
      if (space) this.set(space.totalBytes);
      else this.remove();
    },
  });
}
