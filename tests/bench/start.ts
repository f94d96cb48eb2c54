import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../infra/embedded/ports.ts';
import { median, print, say, spread } from './round.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const aimSeconds = 10;
const patienceMs = 10 * 60_000;

/** From `npm start` to the ready line, on data that is there already. */
export async function start(rounds: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'second-look-start-'));
  // Where this runs as root, the database belongs to another user, who has to get in.
  chmodSync(dataDir, 0o755);
  const port = await freePort(undefined);
  const env: NodeJS.ProcessEnv = { ...process.env, DATA_DIR: dataDir, PORT: String(port) };
  delete env.DATABASE_URL;
  try {
    say(`  The first start, which makes everything: ${(await startOnce(env)).toFixed(1)} s`);
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) seconds.push(await startOnce(env));
    print({
      what: 'Second start to the ready line',
      figure: `${spread(seconds, 1)} s`,
      aim: `< ${aimSeconds} s`,
      isMet: median(seconds) < aimSeconds,
      n: rounds,
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  // A group of its own, so that a signal reaches all of it, as a terminal's Ctrl-C does.
  const launcher = spawn('npm', ['start'], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ready = new Promise<number>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (/^Second Look is ready at /m.test(said)) resolve((performance.now() - startedAt) / 1000);
    };
    launcher.stdout.on('data', hear);
    launcher.stderr.on('data', hear);
    launcher.once('exit', () => reject(new Error(`It ended before it was ready:\n${said}`)));
    setTimeout(() => reject(new Error(`It was not ready in time:\n${said}`)), patienceMs).unref();
  });
  try {
    return await ready;
  } finally {
    await stop(launcher);
  }
}

async function stop(launcher: ChildProcess): Promise<void> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return;
  const ended = once(launcher, 'exit');
  process.kill(-(launcher.pid ?? 0), 'SIGINT');
  await ended;
}
