import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../world/client.ts';
import { itFully } from '../world/tier.ts';
import { cloneTrackedFiles, type NpmStart, npmStart, processesIn, removeClone } from './clone.ts';
import { unusedPort } from './supervisor.ts';

// What is brought in comes over the network where this machine has none of it yet.
const patienceMs = 900_000;

describe.runIf(process.platform === 'linux')('npm start in a fresh clone', () => {
  let folder: string;
  let port: string;
  let address: string;
  let lessons: string[];
  beforeAll(async () => {
    folder = cloneTrackedFiles();
    port = await unusedPort();
    address = `http://127.0.0.1:${port}`;
  });
  afterAll(() => removeClone(folder));

  const start = () => npmStart(folder, { PORT: port });
  const isReady = (started: NpmStart) => started.says(`Second Look is ready at ${address}\n`);
  const databaseLog = () => readFileSync(join(folder, 'data/logs/database.log'), 'utf8');

  /** Amira sees a lesson of her own and one that was shared with her, and both play. */
  async function expectDemonstration() {
    const amira = await signIn(address, 'amira@demo.second-look.test', 'second-look-demo');
    const listed = async (scope: string) =>
      (await amira.get(`/api/recordings?scope=${scope}`)).items;
    const [own, shared] = [await listed('mine'), await listed('shared')];
    expect([own.length, shared.length]).toEqual([1, 1]);
    const items = [...own, ...shared];
    for (const { id } of items) {
      expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ state: 'ready' });
      const entry = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
      const main = await amira.ask('GET', entry.headers.get('location') ?? '');
      expect(main.text).toMatch(/^#EXTM3U/);
    }
    return items.map(({ id }) => id);
  }

  async function stopInOrder(started: NpmStart) {
    started.pressCtrlC();
    await started.ended;
    for (let tries = 0; tries < 40 && processesIn(folder).length > 0; tries += 1) await pause(50);
    expect(processesIn(folder)).toEqual([]);
  }

  it('brings in all it needs, makes the demonstration, and leaves nothing behind at a Ctrl-C', {
    timeout: patienceMs,
  }, async () => {
    const first = start();
    await isReady(first);
    await first.says('This is a demonstration');
    lessons = await expectDemonstration();
    await stopInOrder(first);
    expect(first.output()).toContain('Stopping …');
    expect(databaseLog()).toContain('received fast shutdown request');
    expect(databaseLog()).not.toContain('received immediate shutdown request');
  });

  it('is quick the second time, and finds everything', { timeout: patienceMs }, async () => {
    const startedAt = performance.now();
    const second = start();
    await isReady(second);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    process.stdout.write(`The second start was ready after ${seconds} s.\n`);
    expect(second.output()).not.toMatch(/Installing|Bringing|Building|Making/);
    expect(await expectDemonstration()).toEqual(lessons);
    const command = npmStart(folder, {}, ['run', 'second-look', '--', 'queue']);
    expect(await command.ended).toBe(0);
    expect(command.output()).toContain('workers connected: 1');
    await stopInOrder(second);
  });

  itFully.each([
    ['npm alone', (started: NpmStart) => started.child.kill('SIGKILL')],
    // Not the supervisor, which is in a session of its own.
    ['npm and the launcher', ({ child }: NpmStart) => process.kill(-(child.pid ?? 0), 'SIGKILL')],
  ])('takes over what a killed one left: %s', { timeout: patienceMs }, async (_, kill) => {
    const killed = start();
    await isReady(killed);
    const before = processesIn(folder);
    kill(killed);
    const next = start();
    await isReady(next);
    const now = processesIn(folder);
    expect(before.filter((pid) => now.includes(pid))).toEqual([]);
    expect(await expectDemonstration()).toEqual(lessons);
    await stopInOrder(next);
  });
});
