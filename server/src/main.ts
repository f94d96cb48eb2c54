import { join } from 'node:path';
import { type Config, ConfigError, queueUrl, readConfig, roleUrl } from '@second-look/infra/config';
import { DatabaseProblem, openDatabase } from '@second-look/infra/database';
import { openLog } from '@second-look/infra/log';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { openQueue } from '@second-look/infra/queue';
import { buildApp } from './app.ts';

async function start(config: Config) {
  const log = openLog('server', config.logLevel);
  const complain = (error: Error) => log.warn({ err: error }, 'connection lost');
  const url = (role: 'app' | 'auth') => roleUrl(config.databaseUrl, config.secret, role);
  const database = openDatabase(url('app'), { max: 20, onIdleError: complain });
  const authDatabase = openDatabase(url('auth'), { max: 5, onIdleError: complain });
  await database.check();
  const queue = await openQueue(queueUrl(config), complain);
  const store = await openDiskStore(join(config.dataDir, 'objects'));
  const app = await buildApp({
    config,
    log,
    database,
    authDatabase,
    store,
    queue,
    listenUrl: url('app'),
  });
  await app.listen({ host: config.host, port: config.port });

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await app.close();
    await Promise.all([queue.close(), database.close(), authDatabase.close()]);
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
  const isExpected = error instanceof ConfigError || error instanceof DatabaseProblem;
  const message = isExpected ? error.message : String(error);
  process.stderr.write(`The server cannot start. ${message}\n`);
  process.exit(1);
}
