import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** One process for good: numbers are given out again, a number with a start time is not. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** @returns undefined when there is no such process (or only its unread exit code) */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = startTime(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return startTime(pid) === startedAt;
}

/** Waits until none of them is left. @returns those that still are when the time is up */
export async function waitForEnd(
  processes: ProcessIdentity[],
  timeoutMs: number,
): Promise<ProcessIdentity[]> {
  const deadline = Date.now() + timeoutMs;
  let left = processes.filter(isAlive);
  while (left.length > 0 && Date.now() < deadline) {
    await pause(50);
    left = left.filter(isAlive);
  }
  return left;
}

/** Asks them to end, and makes them after `patienceMs`. Each is the leader of its own process group. */
export async function endGroups(processes: ProcessIdentity[], patienceMs: number): Promise<void> {
  for (const one of processes) if (isAlive(one)) signalGroup(one.pid, 'SIGTERM');
  const stubborn = await waitForEnd(processes, patienceMs);
  for (const one of stubborn) signalGroup(one.pid, 'SIGKILL');
  await waitForEnd(stubborn, 5_000);
}

/** Signals a process and all that it started, or the process alone where it leads no group. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // Not the leader of a group, or gone: the second target tells.
    }
  }
}

/** Ends what a leader that is gone left in its group. While it has members its number stays its own. */
export function killRestOfGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

function startTime(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
      });
      return stdout.trim() || undefined;
    }
    // proc_pid_stat(5): the name may hold spaces, so count from the bracket behind it: 3 is the
    // state, 22 the start time in ticks since the machine came up.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z' || fields[0] === 'X';
    return isZombie ? undefined : `${bootId()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
