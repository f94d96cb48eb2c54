import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  identify,
  isAlive,
  type ProcessIdentity,
  signalGroup,
} from '../../infra/embedded/processes.ts';

const script = fileURLToPath(new URL('../../infra/embedded/supervise.ts', import.meta.url));

export interface Supervisor {
  child: ChildProcess;
  said(): string;
  complained(): string;
  /** Waits until it has said the words. */
  says(words: string): Promise<void>;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

const started: ChildProcess[] = [];
const folders: string[] = [];
const seen: ProcessIdentity[] = [];

/** A data folder that is not empty, so that no demonstration is made in it, unless that is wanted. */
export function newDataDir({ isEmpty = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'second-look-launcher-'));
  folders.push(folder);
  // Where root starts it, the database belongs to another user, who has to get there.
  chmodSync(folder, 0o711);
  if (!isEmpty) writeFileSync(join(folder, 'kept'), '');
  return folder;
}

export function startSupervisor(env: NodeJS.ProcessEnv): Supervisor {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let out = '';
  let errors = '';
  child.stdout.on('data', (bytes) => {
    out += bytes;
  });
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  return {
    child,
    said: () => out,
    complained: () => errors,
    async says(words) {
      while (!out.includes(words)) {
        if (hasEnded) throw new Error(`It ended without saying "${words}":\n${out}\n${errors}`);
        await pause(50);
      }
    },
    ended,
  };
}

/** Every process that runs on the data folder now: the supervisor's children and the database. */
export function processesOn(dataDir: string): ProcessIdentity[] {
  const { children } = JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8'));
  const pidFile = join(dataDir, 'database/cluster/postmaster.pid');
  const database = identify(Number(readFileSync(pidFile, 'utf8').split('\n')[0]));
  const all = [...children, ...(database ? [database] : [])].filter(isAlive);
  seen.push(...all);
  return all;
}

/** Ends whatever a failed test left running, and removes its folders. */
export async function cleanUp(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  for (const one of seen.splice(0)) if (isAlive(one)) signalGroup(one.pid, 'SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Listens on a port of its own until closed. */
export async function occupyPort(): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('No port was given.');
  return {
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export async function unusedPort(): Promise<string> {
  const { port, close } = await occupyPort();
  await close();
  return String(port);
}
