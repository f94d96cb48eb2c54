import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StartProblem } from './settings.ts';

/**
 * Makes the folder where it is missing, and checks that this user may write to it. Leaves nothing in it.
 * @throws StartProblem
 */
export function openDataDir(dataDir: string): void {
  const how = 'choose another folder with DATA_DIR, or give this user the right to write there';
  try {
    if (!existsSync(dataDir)) {
      makeFolder(dataDir);
      // Others may pass through (the database's user, where root starts it) but not look around.
      chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
    }
    if (!statSync(dataDir).isDirectory()) throw new Error('not a folder');
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EROFS'
        ? 'it is on a read-only disk'
        : code === 'EACCES' || code === 'EPERM'
          ? 'this user may not write there'
          : message === 'not a folder' || code === 'EEXIST' || code === 'ENOTDIR'
            ? 'there is a file in its place'
            : code === 'ENOENT'
              ? 'no folder can be made there'
              : message;
    throw new StartProblem(`The data folder ${dataDir} can't be used, ${reason}: ${how}.`);
  }
}

/** Step by step: where a folder can't be made in one that exists (/proc), node's own recursion never ends. */
function makeFolder(path: string): void {
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Two that start at once make the same folder.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

export function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0;
}

/** The secret from the environment, or the folder's own, made on the first start. */
export function secretOf(dataDir: string, env: NodeJS.ProcessEnv): string {
  return env.SECRET || keptSecret(join(dataDir, 'secret'));
}

/** 64 hexadecimal digits in a file that only its owner may read, made when first asked for. */
export function keptSecret(path: string): string {
  try {
    const kept = readFileSync(path, 'utf8').trim();
    if (kept) return kept;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT')
      throw new StartProblem(
        `${path} can't be read: start Second Look as the user who owns it, or give this user the right to read it.`,
      );
  }
  const secret = randomBytes(32).toString('hex');
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/** How far the demonstration is; a first start that was cut short is told by what it left here. */
export function demonstrationState(dataDir: string) {
  const pending = join(dataDir, 'demonstration-pending');
  const made = join(dataDir, 'demonstration-made');
  return {
    plan: () => writeFileSync(pending, ''),
    isPending: () => existsSync(pending),
    isMade: () => existsSync(made),
    finish: () => renameSync(pending, made),
  };
}
