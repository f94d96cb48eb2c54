import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';

const module = new URL('../../infra/embedded/stop-signal.ts', import.meta.url).href;
const script = `
  const { listenForStop } = await import(${JSON.stringify(module)});
  const stop = listenForStop(() => console.log('hurry'));
  stop.addEventListener('abort', () => console.log('stop'));
  setInterval(() => {}, 1000);
  console.log('listening');`;

let child: ChildProcess;
let lines: Interface;
let heard: string[];
beforeEach(async () => {
  child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('It has no output.');
  lines = createInterface({ input: child.stdout });
  heard = [];
  lines.on('line', (line) => heard.push(line));
  await once(lines, 'line');
});
afterEach(async () => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
});

it('takes a Ctrl-C that arrives from the terminal and from npm for one, and a later one for hurry', async () => {
  child.kill('SIGINT');
  await pause(5);
  child.kill('SIGINT');
  await pause(50);
  child.kill('SIGTERM');
  await pause(1_100);
  expect(heard).toEqual(['listening', 'stop']);
  child.kill('SIGINT');
  await once(lines, 'line');
  expect(heard).toEqual(['listening', 'stop', 'hurry']);
});
