import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError, queueUrl, readConfig, roleUrl } from '@second-look/infra/config';
import { DatabaseProblem, openDatabase } from '@second-look/infra/database';
import { locateFfmpeg } from '@second-look/infra/ffmpeg';
import { openLog } from '@second-look/infra/log';
import { StoreProblem } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';
import { consume, openQueue, QueueProblem } from '@second-look/infra/queue';
import { checkShape } from '@second-look/migrations/shape';
import { prepareJob, type Workshop } from './jobs/prepare.ts';
import { startSweep } from './jobs/sweep.ts';

async function start(config: Config) {
  const log = openLog('workers', config.logLevel);
  const onError = (error: Error) => log.warn({ err: error }, 'queue trouble');
  const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), {
    max: 4,
    onIdleError: (error) => log.warn({ err: error }, 'connection lost'),
  });
  await database.check();
  await checkShape(database, log);
  const workDir = join(config.dataDir, 'work');
  await mkdir(workDir, { recursive: true });
  const workshop: Workshop = {
    database,
    store: await openStore(config, (notice) => log.warn(notice)),
    tools: locateFfmpeg(process.env),
    workDir,
    log,
  };
  const queue = await openQueue(queueUrl(config), onError, (notice) => log.warn(notice));
  const consumer = await consume(queueUrl(config), prepareJob(workshop), {
    concurrency: config.workerConcurrency,
    onError,
  });
  const sweep = startSweep(workshop, queue);

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await Promise.all([consumer.close(), sweep.stop()]);
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
  const expected = [ConfigError, DatabaseProblem, QueueProblem, StoreProblem];
  const isExpected = expected.some((kind) => error instanceof kind);
  const message = isExpected ? (error as Error).message : String(error);
  process.stderr.write(`The workers cannot start. ${message}\n`);
  process.exit(1);
}
