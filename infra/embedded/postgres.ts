import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withConnection } from '../src/database/connection.ts';
import { type Cluster, lastLine, postgresEnvironment, runAs } from './cluster.ts';
import { freePort } from './ports.ts';
import { identify, signalGroup, waitForEnd } from './processes.ts';
import { StartProblem } from './settings.ts';

export interface RunningPostgres {
  port: number;
  /** Address of a database in it, as the superuser. */
  adminUrl(database: string): string;
  /** Resolves when the server is gone, whoever ended it. */
  ended: Promise<void>;
  /** Fast: clients are cut off and what they had committed is kept. */
  stop(patienceMs: number): Promise<void>;
}

export interface PostgresOptions {
  logFile: string;
  /** Further server settings, such as `fsync=off` for a throw-away cluster. */
  settings?: string[];
}

/**
 * Starts the cluster's server on the loopback address alone, on the port it had before where that is free.
 * It gets a process session of its own, out of a Ctrl-C's reach: the launcher decides when it stops.
 * @throws StartProblem
 */
export async function startPostgres(
  cluster: Cluster,
  options: PostgresOptions,
): Promise<RunningPostgres> {
  await stopLeftover(cluster);
  const portFile = join(cluster.folder, 'port');
  const kept = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : undefined;
  const port = await freePort(kept || undefined);
  if (port !== kept) writeFileSync(portFile, `${port}\n`);

  const child = launch(cluster, port, options);
  const { pid } = child;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  const adminUrl = (database: string) =>
    `postgres://postgres:${cluster.superuserPassword}@127.0.0.1:${port}/${database}`;

  while (!(await answers(adminUrl('postgres')))) {
    if (hasEnded)
      throw new StartProblem(
        `The database did not start (${lastLine(readFileSync(options.logFile, 'utf8'))}): see ${options.logFile}, mend what it names and start again.`,
      );
    await pause(40);
  }
  return {
    port,
    adminUrl,
    ended,
    async stop(patienceMs) {
      if (hasEnded || pid === undefined) return;
      process.kill(pid, 'SIGINT');
      const isDone = await Promise.race([
        ended.then(() => true),
        pause(patienceMs, false, { ref: false }),
      ]);
      if (isDone) return;
      // Quit before kill: the postmaster takes its own processes along.
      process.kill(pid, 'SIGQUIT');
      await Promise.race([ended, pause(5_000, undefined, { ref: false })]);
      if (!hasEnded) signalGroup(pid, 'SIGKILL');
      await ended;
    },
  };
}

/** Makes the database where it is missing. */
export async function ensureDatabase(postgres: RunningPostgres, name: string): Promise<void> {
  await withConnection(postgres.adminUrl('postgres'), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

/** Stops a server that a killed launcher left on this cluster; a stale postmaster.pid stops nothing. */
async function stopLeftover({ dataFolder, binaries, account }: Cluster): Promise<void> {
  const leftover = identify(postmasterPid(dataFolder));
  if (!leftover || !isPostmaster(leftover.pid, dataFolder)) return;
  const pgCtl = (...words: string[]) =>
    spawnSync(join(binaries, 'bin/pg_ctl'), [...words, '--pgdata', dataFolder], {
      ...runAs(account),
      cwd: '/',
      env: postgresEnvironment(),
    }).status === 0;
  if (!pgCtl('stop', '--mode', 'fast', '--wait', '--timeout', '30'))
    pgCtl('stop', '--mode', 'immediate', '--wait', '--timeout', '10');
  const [stubborn] = await waitForEnd([leftover], 1_000);
  if (stubborn) signalGroup(stubborn.pid, 'SIGKILL');
}

/** What the data folder's postmaster.pid says, 0 where there is none. */
export function postmasterPid(dataFolder: string): number {
  const pidFile = join(dataFolder, 'postmaster.pid');
  return existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : 0;
}

/** Whether the process serves this data folder: a number in a stale file may belong to anything by now. */
export function isPostmaster(pid: number, dataFolder: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  if (typeof stdout === 'string' && stdout) return stdout.includes(dataFolder);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataFolder);
  } catch {
    return false;
  }
}

function launch(cluster: Cluster, port: number, options: PostgresOptions): ChildProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=100',
    'log_timezone=UTC',
    'timezone=UTC',
    ...(options.settings ?? []),
  ];
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    return spawn(
      join(cluster.binaries, 'bin/postgres'),
      ['-D', cluster.dataFolder, ...settings.flatMap((setting) => ['-c', setting])],
      {
        ...runAs(cluster.account),
        cwd: cluster.folder,
        env: postgresEnvironment(),
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
  } finally {
    closeSync(log);
  }
}

function answers(adminUrl: string): Promise<boolean> {
  return withConnection(adminUrl, async () => true).catch(() => false);
}
