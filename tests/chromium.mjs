// Plain JavaScript for any Node from 18: tests/run.mjs runs it before there is another.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandProblem, runQuietly } from '../infra/embedded/commands.mjs';
import { bringIn, ownFolder } from '../infra/embedded/toolchain.mjs';

const version = '153.0.0';
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * A Chromium that plays H.264: CHROMIUM_PATH, or the system's, or else npm's. npm's comes before Debian's
 * packages: it is there in seconds, needs no root, changes nothing on the machine, and carries the few
 * libraries that a bare machine lacks.
 * @param {import('../infra/embedded/toolchain.mjs').Toolchain} toolchain
 * @returns {Promise<string>}
 */
export async function findChromium(toolchain) {
  const { CHROMIUM_PATH, PATH } = process.env;
  if (CHROMIUM_PATH) {
    if (runs(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new CommandProblem(
      `CHROMIUM_PATH is ${CHROMIUM_PATH}, which can't be run: set it to a Chromium, or leave it unset.`,
    );
  }
  const folders = [...(PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter(Boolean);
  const usual = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const system = [...usual, ...macApplications].find((path) => existsSync(path) && runs(path));
  if (system) return system;
  if (process.platform === 'linux' && process.arch === 'x64') {
    const packaged = await unpackChromium(toolchain);
    if (runs(packaged)) return packaged;
  }
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) return installFromDebian();
  throw new CommandProblem(
    'The browser tests need a Chromium and none could be brought in: install chromium, or set CHROMIUM_PATH to one.',
  );
}

/** @param {import('../infra/embedded/toolchain.mjs').Toolchain} toolchain */
async function unpackChromium({ node, env }) {
  const home = join(ownFolder, 'toolchain', `chromium-${version}`);
  const start = join(home, 'chromium-start');
  if (existsSync(start)) return start;
  const folder = await bringIn('@sparticuz/chromium', version, 'Bringing in Chromium …');
  // Made beside its place and then moved there, so that one cut short is never taken for a whole one.
  const draft = `${home}.unfinished-${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const script = `
    const { default: chromium, inflate } = await import(${JSON.stringify(join(folder, 'build/index.js'))});
    await chromium.executablePath();
    await inflate(${JSON.stringify(join(folder, 'bin/al2023.tar.br'))});`;
  await runQuietly(node, ['--input-type=module', '--eval', script], {
    cwd: draft,
    // The package unpacks into the folder for temporary files.
    env: { ...env, TMPDIR: draft },
    problem: 'Chromium could not be unpacked',
  });
  const libraries = runs(join(draft, 'chromium'))
    ? []
    : ['export LD_LIBRARY_PATH="$here/al2023/lib"', 'export FONTCONFIG_PATH="$here/fonts"'];
  const lines = ['#!/bin/sh', 'here=$(dirname "$0")', ...libraries, 'exec "$here/chromium" "$@"'];
  writeFileSync(join(draft, 'chromium-start'), `${lines.join('\n')}\n`);
  chmodSync(join(draft, 'chromium-start'), 0o755);
  rmSync(home, { recursive: true, force: true });
  renameSync(draft, home);
  return start;
}

async function installFromDebian() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const problem = 'Chromium could not be installed: install it, or set CHROMIUM_PATH';
  await runQuietly('apt-get', ['update'], { env, problem });
  await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
    env,
    problem,
  });
  return '/usr/bin/chromium';
}

/** @param {string} path */
function runs(path) {
  return spawnSync(path, ['--version'], { timeout: 30_000 }).status === 0;
}
