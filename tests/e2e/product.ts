import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../infra/embedded/ports.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Product {
  /** Where browsers find it, without a slash at its end. */
  url: string;
  server: Part;
  workers: Part;
  dataDir: string;
  /** Ends both processes and removes what they kept. */
  stop(): Promise<void>;
}

/** One process of the product. */
export interface Part {
  pid: number;
  /** Holds it still, as a machine that is busy with something else would. */
  freeze(): void;
  thaw(): void;
  /** The end of what it wrote. */
  log(): Promise<string>;
}

interface ProductOptions {
  databaseUrl: string;
  /** The one from which the passwords of the database's roles were made. */
  secret: string;
  env?: NodeJS.ProcessEnv;
}

/** The whole product as operators run it, server and workers, on an address and in a folder of its own. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'second-look-product-'));
  await mkdir(join(dataDir, 'logs'));
  const port = await freePort(undefined);
  const url = `http://127.0.0.1:${port}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: 'production',
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    DATABASE_URL: options.databaseUrl,
    SECRET: options.secret,
    ...options.env,
  };
  const server = startPart('server/src/main.ts', join(dataDir, 'logs/server.log'), env);
  const workers = startPart('workers/src/main.ts', join(dataDir, 'logs/workers.log'), env);
  const stop = async () => {
    await Promise.all([server.end(), workers.end()]);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    while (!(await isReady(url))) {
      for (const part of [server, workers]) await part.refuseEnd();
      await pause(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, server, workers, dataDir, stop };
}

function startPart(main: string, logFile: string, env: NodeJS.ProcessEnv) {
  const log = openSync(logFile, 'a');
  // Its end follows from the channel's: a run that is killed leaves nothing behind.
  const child = spawn(process.execPath, [join(root, main)], {
    cwd: root,
    env,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const tail = async () => (await readFile(logFile, 'utf8')).slice(-4_000);
  return {
    pid: child.pid ?? 0,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    log: tail,
    async refuseEnd() {
      if (hasEnded(child)) throw new Error(`${main} ended by itself:\n${await tail()}`);
    },
    end: () => endOf(child),
  };
}

const patienceMs = 20_000;

async function endOf(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(impatience);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/api/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}
