import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from './lesson.ts';
import type { TestPlace } from './server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface TestProcess {
  pid: number;
  /** All it has said. */
  output(): string;
  /** Sends the signal and waits for the end. @returns the exit code, or `null` where the signal ended it */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Waits for the end. */
  ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Ends whatever a test of this file has left running. */
export async function endProcesses(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }),
  );
}

export function startProcess(entry: string, env: Record<string, string>): TestProcess {
  const { PATH = '', FFMPEG_PATH = '', FFPROBE_PATH = '' } = process.env;
  const child = spawn(process.execPath, [entry], {
    cwd: root,
    env: { PATH, FFMPEG_PATH, FFPROBE_PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk) => said.push(chunk));
  child.stderr.on('data', (chunk) => said.push(chunk));
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => Buffer.concat(said).toString(),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

export function startWorkers(
  place: Pick<TestPlace, 'env'>,
  env: Record<string, string> = {},
): TestProcess {
  return startProcess('workers/src/main.ts', { ...place.env, ...env });
}

/** Starts a server without waiting for it to listen. */
export function launchServer(
  place: Pick<TestPlace, 'env'>,
  env: Record<string, string> = {},
): TestProcess {
  return startProcess('server/src/main.ts', { ...place.env, ...env });
}

/** The server as a process of its own, once it answers. */
export async function startServerProcess(
  place: Pick<TestPlace, 'env'>,
  port: number,
  env: Record<string, string> = {},
): Promise<TestProcess & { address: string }> {
  const server = launchServer(place, { ...env, PORT: String(port) });
  const address = `http://127.0.0.1:${port}`;
  let hasEnded = false;
  server.ended.then(() => {
    hasEnded = true;
  });
  await until(async () => {
    if (hasEnded) throw new Error(`The server ended: ${server.output()}`);
    const answer = await fetch(`${address}/api/health/ready`).catch(() => undefined);
    return answer?.ok;
  });
  return { ...server, address };
}

/** The command lines of this machine that name a folder. */
export async function processesNaming(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(folder)) lines.push(line.replaceAll('\0', ' '));
  }
  return lines;
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  await once(listener, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
