// Plain JavaScript for any Node from 18: tests/run.mjs runs it before there is another.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CommandProblem, runQuietly, say } from '../infra/embedded/commands.mjs';
import { ownFolder } from '../infra/embedded/toolchain.mjs';

/**
 * The proxy that infra/deploy/Caddyfile is written for: the system's, or else Debian's, unpacked into a
 * folder of our own because installing it starts a service.
 * @returns {Promise<string | undefined>} its path, undefined where there is none
 */
export async function findCaddy() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'].filter(Boolean);
  const home = join(ownFolder, 'toolchain', 'caddy');
  const places = [...folders.map((folder) => join(folder, 'caddy')), join(home, 'usr/bin/caddy')];
  const found = places.find((path) => existsSync(path) && runs(path));
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  try {
    await unpackFromDebian(home);
  } catch (error) {
    if (!(error instanceof CommandProblem)) throw error;
    say(error.message);
  }
  return places.find((path) => existsSync(path) && runs(path));
}

/** @param {string} home */
async function unpackFromDebian(home) {
  say("Bringing in Debian's Caddy …");
  const folder = mkdtempSync(join(tmpdir(), 'second-look-caddy-'));
  const problem = 'Caddy could not be brought in, so the proxy is not tested';
  try {
    await runQuietly('apt-get', ['update'], { problem });
    await runQuietly('apt-get', ['download', 'caddy'], { cwd: folder, problem });
    const [archive = ''] = readdirSync(folder);
    await runQuietly('dpkg', ['--extract', archive, 'unpacked'], { cwd: folder, problem });
    rmSync(home, { recursive: true, force: true });
    renameSync(join(folder, 'unpacked'), home);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path */
function runs(path) {
  return spawnSync(path, ['version'], { timeout: 30_000 }).status === 0;
}
