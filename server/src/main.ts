import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError, queueUrl, readConfig, roleUrl } from '@second-look/infra/config';
import { DatabaseProblem, openDatabase } from '@second-look/infra/database';
import { openLog } from '@second-look/infra/log';
import { MetricsProblem, serveMetrics } from '@second-look/infra/metrics';
import { watchDisk, watchPools } from '@second-look/infra/metrics/machine';
import { counted } from '@second-look/infra/metrics/store';
import { StoreProblem } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';
import { openQueue, QueueProblem } from '@second-look/infra/queue';
import { checkShape } from '@second-look/migrations/shape';
import { buildApp } from './app.ts';
import { watchQueue, watchRoom } from './features/administration/metrics.ts';

/** The server cannot be reached at HOST and PORT; the message is one sentence that says what to do. */
class ListenProblem extends Error {}

async function start(config: Config) {
  const log = openLog('server', config.logLevel);
  const complain = (error: Error) => log.warn({ err: error }, 'connection lost');
  const url = (role: 'app' | 'auth') => roleUrl(config.databaseUrl, config.secret, role);
  const database = openDatabase(url('app'), { max: 20, onIdleError: complain });
  const authDatabase = openDatabase(url('auth'), { max: 5, onIdleError: complain });
  await database.check();
  await authDatabase.check();
  await checkShape(database.pool, log);
  const queue = await openQueue(queueUrl(config), complain, (notice) => log.warn(notice));
  const store = counted(await openStore(config, (notice) => log.warn(notice)));
  const draining = new AbortController();
  const app = await buildApp({
    config,
    log,
    database,
    authDatabase,
    store,
    queue,
    listenUrl: url('app'),
    draining: draining.signal,
  });
  if (config.metricsPort !== undefined) {
    watchPools({ app: database.pool, auth: authDatabase.pool });
    watchDisk(config.dataDir);
    watchQueue(queue);
    watchRoom(config, database);
    await serveMetrics(config.metricsHost, config.metricsPort);
  }
  await app.listen({ host: config.host, port: config.port }).catch((error) => {
    if (!['listen', 'getaddrinfo'].includes(error.syscall)) throw error;
    throw new ListenProblem(whyNotAt(config, error.code), { cause: error });
  });

  const stop = async () => {
    if (draining.signal.aborted) return;
    draining.abort();
    // Until the proxy in front has seen that it is not ready, requests go on coming.
    await sleep(config.drainSeconds * 1_000);
    await app.close();
    await Promise.all([queue.close(), database.close(), authDatabase.close()]);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by a supervisor: its end is ours.
  process.on('disconnect', stop);
}

function whyNotAt({ host, port }: Config, code: string): string {
  if (code === 'EADDRINUSE')
    return `Something listens at ${host}:${port} already: end it, or choose another PORT.`;
  if (code === 'EACCES')
    return `This user may not listen at port ${port}: choose a PORT from 1024, and let a proxy stand in front.`;
  return `HOST is ${host}, which is no address of this machine (${code}): set it to one, or to 0.0.0.0 for every one.`;
}

try {
  await start(readConfig(process.env));
} catch (error) {
  const expected = [
    ConfigError,
    DatabaseProblem,
    ListenProblem,
    MetricsProblem,
    QueueProblem,
    StoreProblem,
  ];
  const isExpected = expected.some((kind) => error instanceof kind);
  const message = isExpected ? (error as Error).message : String(error);
  process.stderr.write(`The server cannot start. ${message}\n`);
  process.exit(1);
}
