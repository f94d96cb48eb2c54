import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  endGroups,
  identify,
  isAlive,
  type ProcessIdentity,
  signalGroup,
  waitForEnd,
} from './processes.ts';
import { StartProblem } from './settings.ts';

/** Who runs on a folder, kept in it as `running.json`. */
interface Claim {
  supervisor: ProcessIdentity;
  /** The processes that the supervisor stops with, `npm start` among them. */
  launchers: ProcessIdentity[];
  children: ProcessIdentity[];
  /** What it runs: the product (also where it is not said), or one command of the operator's. */
  purpose?: Purpose;
}
type Purpose = 'start' | 'command';

export interface HeldClaim {
  /** Notes the children, so that the next start can end them should the supervisor be killed. */
  keepChildren(pids: number[]): void;
  release(): void;
}

/**
 * Makes sure that nobody runs on the folder: refuses while a supervisor is alive and well, and ends what a
 * killed one left behind.
 * @throws StartProblem
 */
export async function endLeftovers(folder: string): Promise<void> {
  const found = readClaim(folder);
  if (!found) return;
  if (isAlive(found.supervisor)) {
    const isOrphan = !found.launchers.every(isAlive);
    if (!isOrphan)
      throw new StartProblem(
        found.purpose === 'command'
          ? `A second-look command is at work on ${folder} (process ${found.supervisor.pid}): wait for its end, then start this again.`
          : `Second Look is already running on ${folder} (process ${found.supervisor.pid}): stop it first, or start this one with another DATA_DIR and PORT.`,
      );
    // Its launcher was killed: it has noticed or is about to, and stops in order by itself.
    signalGroup(found.supervisor.pid, 'SIGTERM');
    const [stubborn] = await waitForEnd([found.supervisor], 40_000);
    if (stubborn) signalGroup(stubborn.pid, 'SIGKILL');
  }
  // Children exit by themselves when the supervisor's end of their channel closes.
  const left = await waitForEnd(found.children, 2_000);
  await endGroups(left, 5_000);
}

/** Who is alive and well on the folder, if anybody. */
export function runningOn(folder: string): Purpose | undefined {
  const found = readClaim(folder);
  if (!found || !isAlive(found.supervisor) || !found.launchers.every(isAlive)) return undefined;
  return found.purpose ?? 'start';
}

/** @throws StartProblem when another supervisor took the folder meanwhile */
export async function claim(
  folder: string,
  launcherPids: number[],
  purpose: Purpose = 'start',
): Promise<HeldClaim> {
  await endLeftovers(folder);
  const path = join(folder, 'running.json');
  const self = identify(process.pid);
  if (!self) throw new Error('This process has no start time.');
  const mine: Claim = {
    supervisor: self,
    launchers: launcherPids.flatMap((pid) => identify(pid) ?? []),
    children: [],
    purpose,
  };
  const draft = `${path}.${process.pid}`;
  const write = () => writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  const stale = readClaim(folder);
  if (stale && !isAlive(stale.supervisor)) rmSync(path, { force: true });
  write();
  try {
    // A link fails where the name exists, so of two that start at once one is told.
    linkSync(draft, path);
  } catch {
    await endLeftovers(folder);
    renameSync(draft, path);
  }
  rmSync(draft, { force: true });
  return {
    keepChildren(pids) {
      mine.children = pids.flatMap((pid) => identify(pid) ?? []);
      write();
      renameSync(draft, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

function readClaim(folder: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as Claim;
  } catch {
    return undefined;
  }
}
