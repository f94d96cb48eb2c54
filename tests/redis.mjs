// Plain JavaScript for any Node from 18: tests/run.mjs runs it before there is another.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { CommandProblem, runQuietly, say } from '../infra/embedded/commands.mjs';
import { ownFolder } from '../infra/embedded/toolchain.mjs';

/**
 * A real redis-server: REDIS_SERVER_PATH, or the system's, or else Debian's, which only root can install.
 * @returns {Promise<string | undefined>} its path, undefined where there is none
 */
export async function findRedis() {
  const { REDIS_SERVER_PATH, PATH } = process.env;
  if (REDIS_SERVER_PATH) {
    if (runs(REDIS_SERVER_PATH)) return REDIS_SERVER_PATH;
    throw new CommandProblem(
      `REDIS_SERVER_PATH is ${REDIS_SERVER_PATH}, which can't be run: set it to a redis-server, or leave it unset.`,
    );
  }
  const folders = [...(PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter(Boolean);
  const ours = join(ownFolder, 'toolchain', 'redis-server');
  const found = [...folders.map((folder) => join(folder, 'redis-server')), ours].find(
    (path) => existsSync(path) && runs(path),
  );
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  try {
    return await installFromDebian(ours);
  } catch (error) {
    if (!(error instanceof CommandProblem)) throw error;
    say(error.message);
    return undefined;
  }
}

/**
 * Debian's redis-server package would start a service; redis-tools has the same program, which is a
 * server when it is called by that name, and starts nothing.
 * @param {string} place where it is called so
 */
async function installFromDebian(place) {
  say("Bringing in Debian's Redis …");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const problem = 'Redis could not be installed, so what needs it is not tested';
  await runQuietly('apt-get', ['update'], { env, problem });
  await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'redis-tools'], {
    env,
    problem,
  });
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { force: true });
  symlinkSync('/usr/bin/redis-check-rdb', place);
  return runs(place) ? place : undefined;
}

/** @param {string} path */
function runs(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { timeout: 30_000, encoding: 'utf8' });
  return status === 0 && /^(Redis|Valkey) server/.test(stdout);
}
