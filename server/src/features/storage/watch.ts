import type { Config } from '@second-look/infra/config';
import type { Database } from '@second-look/infra/database';
import { type DiskSpace, diskSpace, nearlyFull } from '@second-look/infra/disk';
import type { FastifyBaseLogger } from 'fastify';
import { storedInAll } from './queries.ts';
import { warningBytes } from './quota.ts';

const everyMs = 5 * 60_000;

export interface StorageWatch {
  stop(): Promise<void>;
}

/** Looks now and then how full the disk and the quotas are, and tells the log once when one is nearly so. */
export function watchStorage(
  config: Pick<Config, 'dataDir' | 'quotaSchoolBytes' | 'quotaPersonBytes'>,
  database: Database,
  log: Pick<FastifyBaseLogger, 'warn' | 'info'>,
  intervalMs = everyMs,
): StorageWatch {
  let looking: Promise<void> | undefined;
  const limits = {
    schoolBytes: warningBytes(config.quotaSchoolBytes),
    personBytes: warningBytes(config.quotaPersonBytes),
  };
  const tellDisk = teller(log, 'The disk of DATA_DIR is more than 80 % full: make room on it.');
  const tellSchools = teller(
    log,
    'A school uses more than 80 % of QUOTA_SCHOOL_BYTES: raise it, or ask for lessons to be deleted.',
  );
  const tellPeople = teller(
    log,
    'Somebody uses more than 80 % of QUOTA_PERSON_BYTES and is told so: raise it where they need more.',
  );
  const look = async () => {
    tellDisk(isNearlyFull(await diskSpace(config.dataDir)) ? 1 : 0);
    const { schoolsNearlyFull, peopleNearlyFull } = await storedInAll(database, limits);
    tellSchools(schoolsNearlyFull);
    tellPeople(peopleNearlyFull);
  };
  // One look at a time: an earlier one that ends after a later one would tell what is over.
  const run = () => {
    looking ??= look()
      .catch((error) => log.warn({ err: error }, 'storage was not looked at'))
      .finally(() => {
        looking = undefined;
      });
  };
  run();
  const timer = setInterval(run, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

export function isNearlyFull(space: DiskSpace | null): boolean {
  return space !== null && space.freeBytes < space.totalBytes * (1 - nearlyFull);
}

/** Says it when there are more of them than when it was said last; fewer are forgotten in silence. */
function teller(log: Pick<FastifyBaseLogger, 'warn'>, sentence: string) {
  let told = 0;
  return (count: number) => {
    if (count > told) log.warn({ count }, sentence);
    told = count;
  };
}
