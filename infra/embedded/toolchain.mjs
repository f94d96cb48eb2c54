// Plain JavaScript for any Node from 18: it runs before there is another.
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandProblem, runQuietly, say } from './commands.mjs';

const nodeVersion = '24.21.0';
const pnpmVersion = '12.21.0';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** What the product brings in and remembers; git ignores it, and it can be deleted at any time. */
export const ownFolder = join(root, '.second-look');

/**
 * The Node and the pnpm that everything else runs with, and the environment to run it in.
 * @typedef {{ node: string, pnpm: string, env: NodeJS.ProcessEnv }} Toolchain
 */

/** Brings in what is missing; the second time takes none. @returns {Promise<Toolchain>} */
export async function prepareToolchain() {
  try {
    mkdirSync(ownFolder, { recursive: true });
    accessSync(ownFolder, constants.W_OK);
  } catch {
    throw new CommandProblem(
      `This user may not write to ${root}, where Second Look keeps what it brings in: start it as the user who owns that folder.`,
    );
  }
  const node = await bringInNode();
  const pnpm = join(
    await bringIn('pnpm', pnpmVersion, `Bringing in pnpm ${pnpmVersion} …`),
    'bin/pnpm.mjs',
  );
  const env = cleanEnvironment();
  env.PATH = `${dirname(node)}${delimiter}${env.PATH}`;
  return { node, pnpm, env };
}

async function bringInNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 2)) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await bringIn(
    name,
    nodeVersion,
    `Bringing in Node ${nodeVersion} (this machine has ${process.versions.node}) …`,
    `Second Look needs Node 24 or later and could not bring it in for ${process.platform}-${process.arch}: install Node 24`,
  );
  return join(folder, 'bin/node');
}

/**
 * Installs one npm package, without its install scripts, into a folder of its own.
 * @param {string} name
 * @param {string} version
 * @param {string} line says what is going on
 * @param {string} [problem]
 * @returns {Promise<string>} the package's folder
 */
export async function bringIn(name, version, line, problem = `${name} could not be brought in`) {
  const home = join(ownFolder, 'toolchain', `${name.replace('/', '-')}-${version}`);
  const folder = join(home, 'node_modules', name);
  if (existsSync(folder)) return folder;
  say(line);
  // Made beside its place and then moved there, so that one cut short is never taken for a whole one.
  const draft = `${home}.unfinished-${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'package.json'), '{ "private": true }\n');
  const [command, ...words] = npmCommand();
  words.push('install', '--prefix', draft, '--no-save', '--ignore-scripts', '--no-audit');
  words.push('--no-fund', '--no-package-lock', '--loglevel=error', `${name}@${version}`);
  const options = { cwd: draft, env: cleanEnvironment(), problem };
  try {
    await runQuietly(command, words, options);
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** @returns {string[]} npm as the one that runs this, or else the one on the PATH */
function npmCommand() {
  const running = process.env.npm_execpath;
  return running?.endsWith('npm-cli.js') && existsSync(running)
    ? [process.execPath, running]
    : ['npm'];
}

/** Installs the packages of the lockfile, unless nothing has changed since the last time. @param {Toolchain} toolchain */
export async function installPackages({ node, pnpm, env }) {
  const manifests = readdirSync(root)
    .map((name) => join(name, 'package.json'))
    .filter((path) => existsSync(join(root, path)));
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests];
  const hash = hashOf(files, [process.platform, process.arch, pnpmVersion]);
  const folders = [root, ...manifests.map((path) => join(root, dirname(path)))];
  const isWhole = folders.every(
    (folder) => !hasDependencies(folder) || existsSync(join(folder, 'node_modules')),
  );
  await whenChanged('packages', hash, isWhole, async () => {
    say('Installing packages …');
    await runQuietly(node, [pnpm, 'install', '--frozen-lockfile'], {
      cwd: root,
      env: { ...env, CI: 'true' },
      problem: 'The packages could not be installed',
    });
  });
}

/** Builds the web into web/dist, unless nothing has changed since the last time. @param {Toolchain} toolchain */
export async function buildWeb({ node, pnpm, env }) {
  const files = ['pnpm-lock.yaml', ...sourcesIn('web'), ...sourcesIn('core')];
  const isWhole = existsSync(join(root, 'web/dist/index.html'));
  await whenChanged('web', hashOf(files, []), isWhole, async () => {
    say('Building the web pages …');
    await runQuietly(node, [pnpm, '--filter', '@second-look/web', 'build'], {
      cwd: root,
      env,
      problem: 'The web pages could not be built',
    });
  });
}

/**
 * Does the work where its hash is another than the last time, and remembers it once it is done.
 * @param {string} name
 * @param {string} hash
 * @param {boolean} isWhole whether the last result is still there
 * @param {() => Promise<void>} work
 */
async function whenChanged(name, hash, isWhole, work) {
  const note = join(ownFolder, `${name}.sha256`);
  if (isWhole && existsSync(note) && readFileSync(note, 'utf8') === hash) return;
  rmSync(note, { force: true });
  await work();
  writeFileSync(note, hash);
}

/** @param {string[]} files relative to the root @param {string[]} further */
function hashOf(files, further) {
  const hash = createHash('sha256').update(further.join('\n'));
  for (const file of [...files].sort()) {
    hash.update(`\0${file}\0`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** @param {string} folder relative to the root @returns {string[]} */
function sourcesIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist'].includes(entry.name) ? [] : sourcesIn(path);
    return entry.isFile() ? [path] : [];
  });
}

/** @param {string} folder */
function hasDependencies(folder) {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  return Boolean(dependencies || devDependencies);
}

// What a user may have set for every npm and pnpm: where packages come from and how to reach it.
const kept =
  /^npm_config_(registry|.*proxy|noproxy|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|@.*|\/\/.*)$/i;

/**
 * The environment without what `npm start` and `npm test` put in it (their own settings confuse the npm
 * and pnpm that run below them), and with folders that can be written to where the home folder can't.
 * @returns {NodeJS.ProcessEnv}
 */
function cleanEnvironment() {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name !== 'NODE' && (!/^npm_/i.test(name) || kept.test(name)),
    ),
  );
  const home = process.env.HOME || homedir();
  const places = ['', '.npm', '.npm/_cacache', '.cache', '.local', '.local/share', '.local/state'];
  if (places.every((place) => isWritable(join(home, place)))) return env;
  const ours = join(ownFolder, 'home');
  mkdirSync(ours, { recursive: true });
  const userConfig = join(home, '.npmrc');
  if (isReadable(userConfig)) env.npm_config_userconfig ??= userConfig;
  for (const name of ['XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME'])
    delete env[name];
  return { ...env, HOME: ours };
}

/** @param {string} path @returns {boolean} whether it can be written to, or made */
function isWritable(path) {
  if (existsSync(path)) return allows(path, constants.W_OK | constants.X_OK);
  const parent = dirname(path);
  return parent !== path && isWritable(parent);
}

/** @param {string} path */
function isReadable(path) {
  return allows(path, constants.R_OK);
}

/** @param {string} path @param {number} mode */
function allows(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
