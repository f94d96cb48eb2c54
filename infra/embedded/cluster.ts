import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { keptSecret } from './data-dir.ts';
import { type Account, locatePostgres } from './postgres-binaries.ts';
import { StartProblem } from './settings.ts';

/** A database cluster on this disk, whether it runs or not. */
export interface Cluster {
  /** Holds everything about it: the cluster, its superuser's password, its port. */
  folder: string;
  /** PostgreSQL's own data folder, inside. */
  dataFolder: string;
  binaries: string;
  account: Account | undefined;
  superuserPassword: string;
}

/**
 * Opens the cluster in a folder, making it on the first start.
 * @param binaries where PostgreSQL is, the product's own without
 * @throws StartProblem
 */
export function openCluster(
  folder: string,
  account: Account | undefined,
  binaries = locatePostgres(account),
): Cluster {
  const give = (path: string) => account && chownSync(path, account.uid, account.gid);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    give(folder);
  }
  const passwordFile = join(folder, 'superuser-password');
  const superuserPassword = keptSecret(passwordFile);
  give(passwordFile);
  const dataFolder = join(folder, 'cluster');
  const cluster = { folder, dataFolder, binaries, account, superuserPassword };
  if (existsSync(dataFolder)) checkMajorVersion(cluster);
  else initialise(cluster, passwordFile);
  return cluster;
}

/** The environment that PostgreSQL's programs run in: none of the operator's own locale or PG* settings. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

export function runAs(account: Account | undefined) {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

function initialise({ dataFolder, binaries, account, folder }: Cluster, passwordFile: string) {
  // Made beside its place and then moved there, so that one cut short is never taken for a whole one.
  const draft = `${dataFolder}.unfinished`;
  rmSync(draft, { recursive: true, force: true });
  const { status, stdout, stderr, error } = spawnSync(
    join(binaries, 'bin/initdb'),
    [
      ...['--pgdata', draft, '--username', 'postgres', '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8'],
      ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-instructions'],
    ],
    { ...runAs(account), cwd: folder, env: postgresEnvironment(), encoding: 'utf8' },
  );
  if (status !== 0) {
    const log = `${draft}.log`;
    writeFileSync(log, `${stdout}\n${stderr}\n${error ?? ''}`);
    throw new StartProblem(
      `The database could not be made in ${folder} (${lastLine(stderr) || error?.message}): see ${log}, mend what it names and start again.`,
    );
  }
  renameSync(draft, dataFolder);
}

function checkMajorVersion({ dataFolder, binaries, account }: Cluster) {
  const { stdout } = spawnSync(join(binaries, 'bin/postgres'), ['--version'], {
    ...runAs(account),
    cwd: '/',
    env: postgresEnvironment(),
    encoding: 'utf8',
  });
  const ours = /(\d+)(\.|devel|beta|rc)/.exec(stdout)?.[1];
  let theirs: string | undefined;
  try {
    theirs = readFileSync(join(dataFolder, 'PG_VERSION'), 'utf8').trim();
  } catch {
    throw new StartProblem(
      `${dataFolder} is not a database that this user can read: start Second Look as the user who owns it, or choose another DATA_DIR.`,
    );
  }
  if (theirs !== ours)
    throw new StartProblem(
      `The database in ${dataFolder} is of PostgreSQL ${theirs}, and this Second Look brings PostgreSQL ${ours}: with the Second Look that made it run \`npm run second-look -- backup <folder>\`, then with this one \`npm run second-look -- restore <folder>\` with an empty DATA_DIR.`,
    );
}

export function lastLine(text: string | undefined): string {
  return text?.trim().split('\n').at(-1)?.trim() ?? '';
}
