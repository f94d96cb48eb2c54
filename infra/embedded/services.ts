import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keepOutput } from './logs.ts';
import { killRestOfGroup, signalGroup } from './processes.ts';
import { runAgain } from './run-again.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ServiceOptions {
  /** As the operator reads it, "The server". */
  title: string;
  /** Relative to the root of the product. */
  script: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  say: (line: string) => void;
  /** Told whenever the process is another one. */
  onChange: () => void;
}

export interface Service {
  pid(): number | undefined;
  /** Resolves when it has ended by itself for the first time. */
  firstEnd: Promise<void>;
  /** Asks it to end, and makes it after `patienceMs`; it is not started again. */
  stop(patienceMs: number): Promise<void>;
}

/** Runs a process of the product and starts it again, more and more patiently, whenever it ends. */
export function keepRunning(options: ServiceOptions): Service {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let tellFirstEnd = () => {};
  const firstEnd = new Promise<void>((resolve) => {
    tellFirstEnd = resolve;
  });

  const run = async () => {
    child = launch(options);
    options.onChange();
    const how = await end(child);
    child = undefined;
    options.onChange();
    tellFirstEnd();
    return how;
  };
  // onChange looks at the service, which the caller only has from the next turn on.
  const loop = Promise.resolve().then(() => runAgain(run, { ...options, signal: stopping.signal }));

  return {
    pid: () => child?.pid,
    firstEnd,
    async stop(patienceMs) {
      stopping.abort();
      if (child?.pid) await endChild(child, patienceMs);
      await loop;
    },
  };
}

/** Runs a process of the product to its end. @returns how it ended, undefined where it ended well */
export async function runOnce(
  options: Omit<ServiceOptions, 'onChange' | 'say' | 'title'> & {
    /** Told the process's number, and undefined when it is gone. */
    onChange: (pid: number | undefined) => void;
    show: (line: string) => void;
    /** Whether its ordinary output is for the operator too. */
    isTalkative?: boolean;
    signal: AbortSignal;
  },
): Promise<string | undefined> {
  const child = launch({ ...options, title: '', say: options.show });
  if (options.isTalkative) child.stdout?.on('data', (bytes) => process.stdout.write(bytes));
  options.onChange(child.pid);
  const onAbort = () => void endChild(child, 5_000);
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  const how = await end(child);
  options.signal.removeEventListener('abort', onAbort);
  options.onChange(undefined);
  return how === 'exit code 0' ? undefined : how;
}

function launch({ script, env, logFile, say }: Omit<ServiceOptions, 'onChange'>): ChildProcess {
  // A process group of its own: a Ctrl-C in the terminal reaches the launcher alone, which then stops
  // everything in order. The channel tells the process when the launcher is gone.
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.on('error', () => {});
  if (child.stdout && child.stderr)
    keepOutput({ stdout: child.stdout, stderr: child.stderr }, logFile, say);
  return child;
}

function end(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) killRestOfGroup(child.pid);
      resolve(signal ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
}

async function endChild(child: ChildProcess, patienceMs: number): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<true>((resolve) => child.once('exit', () => resolve(true)));
  child.kill('SIGTERM');
  const isDone = await Promise.race([ended, pause(patienceMs, false, { ref: false })]);
  if (!isDone) signalGroup(pid, 'SIGKILL');
}
