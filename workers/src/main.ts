import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { watchClock } from '@second-look/infra/clock';
import { type Config, ConfigError, queueUrl, readConfig, roleUrl } from '@second-look/infra/config';
import { DatabaseProblem, openDatabase } from '@second-look/infra/database';
import { FfmpegProblem, locateFfmpeg } from '@second-look/infra/ffmpeg';
import { ffmpegReleasedOn } from '@second-look/infra/ffmpeg/release';
import { openLog } from '@second-look/infra/log';
import { MetricsProblem, serveMetrics } from '@second-look/infra/metrics';
import { watchDisk, watchPools } from '@second-look/infra/metrics/machine';
import { counted } from '@second-look/infra/metrics/store';
import { StoreProblem } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';
import { consume, openQueue, QueueProblem } from '@second-look/infra/queue';
import { version } from '@second-look/infra/version';
import { checkShape } from '@second-look/migrations/shape';
import { stepJob } from './jobs/step.ts';
import { startSweep } from './jobs/sweep.ts';
import type { Workshop } from './jobs/workshop.ts';
import { showLife } from './life.ts';

/** Somebody may wait for a piece while two long films are being copied. */
const expressConcurrency = 3;

async function start(config: Config) {
  const log = openLog('workers', config.logLevel);
  const onError = (error: Error) => log.warn({ err: error }, 'queue trouble');
  const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), {
    max: 4,
    onIdleError: (error) => log.warn({ err: error }, 'connection lost'),
  });
  await database.check();
  await checkShape(database.pool, log);
  const workDir = join(config.dataDir, 'work');
  await mkdir(workDir, { recursive: true });
  const tools = locateFfmpeg(process.env);
  const queue = await openQueue(queueUrl(config), onError, (notice) => log.warn(notice));
  const workshop: Workshop = {
    database,
    store: counted(await openStore(config, (notice) => log.warn(notice))),
    tools,
    workDir,
    log,
    queue,
  };
  const consumers = [
    await consume(queueUrl(config), stepJob(workshop), {
      ...{ lane: 'express', concurrency: expressConcurrency, onError },
    }),
    await consume(queueUrl(config), stepJob(workshop), {
      ...{ lane: 'steady', concurrency: config.workerConcurrency, onError },
    }),
  ];
  const sweep = startSweep(workshop, queue);
  const clock = await watchClock(database, log);
  const facts = {
    version,
    nodeVersion: process.versions.node,
    ffmpegVersion: tools.version,
    ffmpegReleasedOn: ffmpegReleasedOn(tools.version, tools.ffmpegPath),
  };
  const life = showLife(workshop, facts, { sweep, clock });
  if (config.metricsPort !== undefined) {
    watchPools({ worker: database.pool });
    watchDisk(config.dataDir);
    await serveMetrics(config.metricsHost, config.metricsPort);
  }

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await Promise.all([...consumers.map((consumer) => consumer.close()), sweep.stop()]);
    clock.stop();
    await life.stop();
    await Promise.all([queue.close(), database.close()]);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by a supervisor: its end is ours.
  process.on('disconnect', stop);
}

try {
  await start(readConfig(process.env));
} catch (error) {
  const expected = [
    ConfigError,
    DatabaseProblem,
    FfmpegProblem,
    MetricsProblem,
    QueueProblem,
    StoreProblem,
  ];
  const isExpected = expected.some((kind) => error instanceof kind);
  const message = isExpected ? (error as Error).message : String(error);
  process.stderr.write(`The workers cannot start. ${message}\n`);
  process.exit(1);
}
