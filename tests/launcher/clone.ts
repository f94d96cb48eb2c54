import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const oldestMajor = 18;

/** A copy of what a clone would hold, with the changes of the moment, in a folder of its own. */
export function cloneTrackedFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'second-look-clone-'));
  // Where root starts it, the database belongs to another user, who has to get there.
  chmodSync(folder, 0o711);
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64_000_000 },
  );
  for (const name of listed.split('\0')) {
    if (!name || !existsSync(join(root, name))) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(join(root, name), join(folder, name));
  }
  return folder;
}

export interface NpmStart {
  child: ChildProcess;
  output(): string;
  /** Waits until it has said the words. */
  says(words: string): Promise<void>;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** As the terminal does it: to everything in the foreground. */
  pressCtrlC(): void;
}

/** Runs npm in the folder, `npm start` unless told otherwise, with the oldest Node of this machine and no locale. */
export function npmStart(
  folder: string,
  env: Record<string, string>,
  words: string[] = ['start'],
): NpmStart {
  const child = spawn('npm', words, {
    cwd: folder,
    env: { ...plainEnvironment(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += bytes;
    });
  let hasEnded = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => {
      hasEnded = true;
      resolve(code ?? signal);
    });
  });
  return {
    child,
    output: () => said,
    async says(words) {
      while (!said.includes(words)) {
        if (hasEnded) throw new Error(`It ended without saying "${words}":\n${said}`);
        await pause(50);
      }
    },
    ended,
    pressCtrlC: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
  };
}

/** What a new user's terminal has: nothing of the test's own settings, and nothing of a language. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const settings =
    /^(LANG|LANGUAGE|LC_.*|PORT|HOST|SECRET|DATA_DIR|PUBLIC_URL|(MIGRATOR_)?DATABASE_URL|NODE|NODE_ENV|NODE_OPTIONS|VITEST.*|TEST.*|DEV|PROD|MODE|BASE_URL|SSR|CI)$/;
  const ofPackageManagers = /^(npm|pnpm)_(?!config_(registry|.*proxy|cafile|userconfig)$)/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !settings.test(name) && !ofPackageManagers.test(name),
    ),
  );
  const nodes = pathFolders()
    .map((folder) => ({ folder, major: majorIn(folder) }))
    .filter(({ major }) => major >= oldestMajor)
    .sort((a, b) => a.major - b.major);
  const oldest = nodes[0] ? [nodes[0].folder] : [];
  return { ...env, PATH: [...oldest, ...pathFolders()].join(delimiter) };
}

/** Without the programs of the packages here, which no new machine has. */
function pathFolders(): string[] {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules/.bin'));
}

function majorIn(folder: string): number {
  if (!existsSync(join(folder, 'npm'))) return 0;
  const { stdout } = spawnSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

/** Every process that works in the folder or on it, or runs a program out of it. Linux only. */
export function processesIn(folder: string): number[] {
  const read = (look: () => string) => {
    try {
      return look();
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      [
        read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
        read(() => readlinkSync(`/proc/${pid}/cwd`)),
        read(() => readlinkSync(`/proc/${pid}/exe`)),
      ].some((text) => text.includes(folder)),
    )
    .map(Number);
}

/** Ends whatever a failed test left running there, and removes it. */
export async function removeClone(folder: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const left = processesIn(folder);
    if (left.length === 0) break;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone by itself.
      }
    }
    await pause(100);
  }
  rmSync(folder, { recursive: true, force: true });
}
