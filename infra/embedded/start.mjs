// Plain JavaScript for any Node from 18: `npm start` runs it before there is another.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { CommandProblem, runInView } from './commands.mjs';
import { buildWeb, installPackages, prepareToolchain, root } from './toolchain.mjs';

const parentCheckMs = 500;

try {
  if (process.platform === 'win32')
    throw new CommandProblem(
      'Second Look runs on Linux and macOS: on Windows start it inside WSL (wsl --install).',
    );
  const toolchain = await prepareToolchain();
  const { node, env } = toolchain;
  const code = await runInView(node, [join(root, 'infra/embedded/preflight.ts')], {
    cwd: root,
    env,
  });
  if (code !== 0) process.exit(code);
  await installPackages(toolchain);
  await buildWeb(toolchain);
  supervise(toolchain);
} catch (error) {
  if (!(error instanceof CommandProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** @param {import('./toolchain.mjs').Toolchain} toolchain */
function supervise({ node, env }) {
  const starters = process.env.npm_lifecycle_event ? npmAndItsShell() : [];
  // In a session of its own, so that a Ctrl-C reaches it once, from here, and not from the terminal too;
  // the channel tells it when this process is killed.
  const supervisor = spawn(node, [join(root, 'infra/embedded/supervise.ts')], {
    cwd: root,
    env: { ...env, SECOND_LOOK_LAUNCHERS: [...starters, process.pid].join(',') },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => supervisor.kill(signal));
  // npm can pass on every signal but the one that it can't catch.
  const watch = setInterval(() => {
    if (starters.every(isRunning)) return;
    clearInterval(watch);
    supervisor.kill('SIGTERM');
  }, parentCheckMs);
  watch.unref();
  supervisor.once('error', (error) => {
    process.stderr.write(`Second Look could not be started (${error.message}).\n`);
    process.exit(1);
  });
  supervisor.once('exit', (code, signal) => {
    if (signal)
      process.stderr.write(
        `Second Look was ended by ${signal} (${constants.signals[signal]}): start it again, it takes over what is left.\n`,
      );
    process.exit(code ?? 1);
  });
}

/** npm starts a shell that starts this, or becomes it. @returns {number[]} */
function npmAndItsShell() {
  const [npm, name] = parentAndName(process.ppid);
  const isShell = /^-?(.*\/)?(sh|dash|bash|zsh|ash|busybox)$/.test(name);
  return isShell && npm > 1 ? [npm, process.ppid] : [process.ppid];
}

/** @param {number} pid @returns {[number, string]} */
function parentAndName(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return [Number(parent), name];
  } catch {
    const words = ['-o', 'ppid=,comm=', '-p', String(pid)];
    const { stdout } = spawnSync('ps', words, { encoding: 'utf8' });
    const [, parent, name] = /^\s*(\d+)\s+(\S+)/.exec(stdout ?? '') ?? [];
    return [Number(parent ?? 0), name ?? ''];
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
