import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../server/src/operate/main.ts', import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  errors: string;
}

/** Starts a command of the operator's as a process of its own, with this environment and nothing else. */
export function startSecondLook(
  words: string[],
  env: Record<string, string>,
  input = '',
): { child: ChildProcess; ended: Promise<Ended> } {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [script, ...words], {
    env: { PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command that asks for nothing may be gone before it is told anything.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let out = '';
  let errors = '';
  child.stdout.on('data', (bytes) => {
    out += bytes;
  });
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, out, errors }));
  });
  return { child, ended };
}

/** Runs a command of the operator's to its end. */
export function secondLook(
  words: string[],
  env: Record<string, string> = {},
  input = '',
): Promise<Ended> {
  return startSecondLook(words, env, input).ended;
}
