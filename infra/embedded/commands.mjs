// Plain JavaScript for any Node from 18: it runs before there is another.
import { spawn } from 'node:child_process';

/** Something that keeps a command from working; its message says what to do. */
export class CommandProblem extends Error {}

/** @param {string} line */
export const say = (line) => process.stdout.write(`${line}\n`);

/**
 * Runs a command quietly: what it says is kept, and shown only where it fails.
 * @param {string} command
 * @param {string[]} words
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, problem: string }} options
 */
export function runQuietly(command, words, { cwd, env, problem }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const said = [];
    child.stdout.on('data', (bytes) => said.push(bytes));
    child.stderr.on('data', (bytes) => said.push(bytes));
    const release = endWith(child);
    child.once('error', (error) => {
      release();
      reject(new CommandProblem(`${problem} (${error.message}).`));
    });
    child.once('close', (code) => {
      release();
      if (code === 0) return resolve(undefined);
      process.stderr.write(`${Buffer.concat(said).toString().trimEnd()}\n`);
      reject(new CommandProblem(`${problem}; what went wrong stands above.`));
    });
  });
}

/**
 * Runs a command in view. @returns its exit code, 1 where a signal ended it
 * @param {string} command
 * @param {string[]} words
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function runInView(command, words, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
    const release = endWith(child);
    child.once('error', reject);
    child.once('close', (code) => {
      release();
      resolve(code ?? 1);
    });
  });
}

/**
 * Takes the child along when this process is asked to end while the child works.
 * @param {import('node:child_process').ChildProcess} child
 */
function endWith(child) {
  /** @type {[NodeJS.Signals, () => void][]} */
  const listeners = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ].map(([signal, code]) => [
    signal,
    () => {
      child.kill('SIGTERM');
      process.exit(code);
    },
  ]);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
