import { setTimeout as sleep } from 'node:timers/promises';
import type { AdministrationStatus } from '@second-look/core/contract';
import type { ClockWatch } from '@second-look/infra/clock';
import type { Config } from '@second-look/infra/config';
import type { Database } from '@second-look/infra/database';
import { diskSpace } from '@second-look/infra/disk';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { WorkQueue } from '@second-look/infra/queue';
import { version } from '@second-look/infra/version';
import { ProblemError } from '../../http/problems.ts';
import type { Readiness } from '../health/readiness.ts';
import { isAdministrator } from '../people/queries.ts';
import { storedInSchools } from '../storage/queries.ts';
import { warningBytes } from '../storage/quota.ts';
import { isNearlyFull } from '../storage/watch.ts';
import { appliedMigrations, findWorkers, postgresqlVersion } from './queries.ts';

export interface AdministrationDependencies {
  config: Config;
  database: Database;
  queue: WorkQueue;
  store: ObjectStore;
  readiness: Readiness;
  clock: Pick<ClockWatch, 'aheadMs'>;
}

/** What hangs is left out of the answer, like what does not answer at all. */
const patienceMs = 3_000;
const yearMs = 365 * 86_400_000;

/**
 * How the installation is, for one of its administrators.
 * @param addressTroubles what is wrong with how the server is reached, a sentence each
 * @throws ProblemError not_found for everybody else
 */
export async function statusFor(
  userId: string,
  { config, database, queue, store, readiness, clock }: AdministrationDependencies,
  addressTroubles: string[],
): Promise<AdministrationStatus> {
  const personWarningBytes = warningBytes(config.quotaPersonBytes);
  const schoolWarningBytes = warningBytes(config.quotaSchoolBytes);
  const found = await database.as(userId, async (tx) => {
    if (!(await isAdministrator(tx))) throw new ProblemError('not_found');
    return {
      postgresql: await postgresqlVersion(tx),
      migrations: await appliedMigrations(tx),
      workers: await findWorkers(tx),
      schools: await storedInSchools(tx, personWarningBytes),
    };
  });
  const [state, trouble, space] = await Promise.all([
    queueState(queue),
    readiness.trouble(),
    diskSpace(config.dataDir).catch(() => null),
  ]);
  return {
    versions: { product: version, node: process.versions.node, postgresql: found.postgresql },
    migrations: found.migrations.map(({ name, appliedAt }) => ({
      name,
      appliedAt: appliedAt.toISOString(),
    })),
    queue: state,
    store: {
      kind: store.localPath('any') === null ? 's3' : 'disk',
      isReachable: !trouble.some(({ part }) => part === 'store'),
    },
    disk: space && {
      usedBytes: space.totalBytes - space.freeBytes,
      totalBytes: space.totalBytes,
      isNearlyFull: isNearlyFull(space),
    },
    storage: {
      personQuotaBytes: config.quotaPersonBytes ?? null,
      schoolQuotaBytes: config.quotaSchoolBytes ?? null,
      schools: found.schools.map((school) => ({
        ...school,
        isNearlyFull:
          schoolWarningBytes !== null &&
          school.usedBytes !== null &&
          school.usedBytes >= schoolWarningBytes,
      })),
    },
    workers: found.workers.map(describeWorker),
    sweptAt: latest(found.workers.map(({ sweptAt }) => sweptAt)),
    clockAheadMs: Math.round(clock.aheadMs()),
    address: { publicUrl: config.publicUrl, troubles: addressTroubles },
  };
}

async function queueState(queue: WorkQueue): Promise<AdministrationStatus['queue']> {
  const late = sleep(patienceMs, null, { ref: false });
  const asked = Promise.all([queue.state(), queue.engine()]).catch(() => null);
  const answer = await Promise.race([asked, late]);
  if (!answer) return null;
  const [{ workers, ...counts }, engine] = answer;
  return { ...counts, engine };
}

function describeWorker(
  row: Awaited<ReturnType<typeof findWorkers>>[number],
): AdministrationStatus['workers'][number] {
  const { ffmpegVersion, ffmpegReleasedOn: releasedOn } = row;
  const isOld = releasedOn !== null && Date.now() - Date.parse(releasedOn) > yearMs;
  return {
    version: row.version,
    node: row.node,
    ffmpeg: { version: ffmpegVersion, releasedOn, isOld },
    startedAt: row.startedAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    isThere: row.isThere,
    clockAheadMs: row.clockAheadMs,
  };
}

function latest(instants: (Date | null)[]): string | null {
  const known = instants.filter((instant) => instant !== null).map(Number);
  return known.length === 0 ? null : new Date(Math.max(...known)).toISOString();
}
