import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, waitForEnd } from '../../infra/embedded/processes.ts';
import { itFully } from '../world/tier.ts';
import {
  cleanUp,
  newDataDir,
  occupyPort,
  processesOn,
  startSupervisor,
  unusedPort,
} from './supervisor.ts';

const ready = 'Second Look is ready at http://127.0.0.1:';

afterEach(cleanUp);

async function startOn(dataDir: string, env: NodeJS.ProcessEnv = {}) {
  const place = { DATA_DIR: dataDir, PORT: await unusedPort() };
  const supervisor = startSupervisor({ ...place, ...env });
  await supervisor.says(ready);
  return supervisor;
}

/** Expects one sentence, an exit code of 1, and nothing left running. */
async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  const supervisor = startSupervisor({ PORT: await unusedPort(), ...env });
  expect(await supervisor.ended).toBe(1);
  const [sentence = '', ...more] = supervisor.complained().trimEnd().split('\n');
  expect(more).toEqual([]);
  expect(sentence).toMatch(/: .*\.$/);
  return sentence;
}

describe('starting and stopping', () => {
  it('stops everything in order on any signal, and finds it again', async () => {
    const dataDir = newDataDir();
    const secrets = new Set<string>();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const supervisor = await startOn(dataDir);
      const running = processesOn(dataDir);
      expect(running).toHaveLength(3);
      supervisor.child.kill(signal);
      expect(await supervisor.ended).toBe(0);
      expect(running.filter(isAlive)).toEqual([]);
      expect(existsSync(join(dataDir, 'running.json'))).toBe(false);
      expect(supervisor.complained()).toBe('');
      secrets.add(readFileSync(join(dataDir, 'secret'), 'utf8'));
    }
    expect([...secrets]).toEqual([expect.stringMatching(/^[0-9a-f]{64}\n$/)]);
    expect(statSync(join(dataDir, 'secret')).mode & 0o077).toBe(0);
  });

  it('stops while it is still starting', async () => {
    const dataDir = newDataDir();
    const supervisor = startSupervisor({ DATA_DIR: dataDir, PORT: await unusedPort() });
    await supervisor.says('database');
    supervisor.child.kill('SIGINT');
    expect(await supervisor.ended).toBe(0);
    expect(supervisor.said()).not.toContain(ready);
    expect(existsSync(join(dataDir, 'database/cluster/postmaster.pid'))).toBe(false);
  });

  it('takes over what a killed one left behind', async () => {
    const dataDir = newDataDir();
    const first = await startOn(dataDir);
    const left = processesOn(dataDir);
    first.child.kill('SIGKILL');
    await first.ended;
    await startOn(dataDir);
    expect(left.filter(isAlive)).toEqual([]);
    expect(processesOn(dataDir)).toHaveLength(3);
  });

  it('has its server end at once, whatever DRAIN_SECONDS says: there is no other one', async () => {
    const dataDir = newDataDir();
    const supervisor = await startOn(dataDir, { DRAIN_SECONDS: '600' });
    const { children } = JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8'));
    for (const { pid } of children) process.kill(pid, 'SIGTERM');
    await supervisor.says('The server stopped');
  });

  it('starts again whatever dies, the database too', async () => {
    const dataDir = newDataDir();
    const supervisor = await startOn(dataDir);
    for (const one of processesOn(dataDir)) process.kill(one.pid, 'SIGKILL');
    await supervisor.says('The server stopped');
    await supervisor.says('The workers stopped');
    await supervisor.says('The database stopped');
    const address = new URL(/http:\S+/.exec(supervisor.said())?.[0] ?? '');
    const isReady = () =>
      fetch(new URL('/api/health/ready', address)).then(
        ({ status }) => status === 200,
        () => false,
      );
    await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
  });

  itFully('makes the demonstration in an empty folder, again where it was cut short', async () => {
    const dataDir = newDataDir({ isEmpty: true });
    const env = { DATA_DIR: dataDir, PORT: await unusedPort() };
    const first = startSupervisor(env);
    await first.says('Making the demonstration');
    const left = processesOn(dataDir);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = startSupervisor(env);
    await second.says('Making the demonstration');
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
    expect(await waitForEnd(left, 10_000)).toEqual([]);
  });
});

it('says what it waits for, and goes on waiting', async () => {
  const store = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void store.close());
  const dataDir = newDataDir();
  const supervisor = startSupervisor({
    DATA_DIR: dataDir,
    PORT: await unusedPort(),
    S3_BUCKET: 'lessons',
    S3_ENDPOINT: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
  });
  await supervisor.says('Still waiting for the');
  expect(supervisor.said()).toContain(
    `Still waiting for the store: see ${join(dataDir, 'logs/server.log')}.\n`,
  );
  expect(supervisor.child.exitCode).toBe(null);
  expect(supervisor.said()).not.toContain(ready);
});

describe('a start without a demonstration', () => {
  it('makes none in an empty folder, and says how to begin', async () => {
    const dataDir = newDataDir({ isEmpty: true });
    const supervisor = startSupervisor({
      DATA_DIR: dataDir,
      PORT: await unusedPort(),
      DEMONSTRATION: 'no',
    });
    await supervisor.says('Nobody has an account yet');
    expect(supervisor.said()).not.toContain('Making the demonstration');
    supervisor.child.kill('SIGINT');
    expect(await supervisor.ended).toBe(0);
  });
});

describe('one clear sentence', () => {
  it('for a demonstration that is neither wanted nor not', async () => {
    expect(await refusal({ DATA_DIR: newDataDir(), DEMONSTRATION: 'perhaps' })).toContain(
      'DEMONSTRATION is "perhaps"',
    );
  });

  it('for a port that is in use', async () => {
    const { port, close } = await occupyPort();
    const sentence = await refusal({ DATA_DIR: newDataDir(), PORT: String(port) });
    await close();
    expect(sentence).toContain(`Port ${port} is in use`);
  });

  it('for a port that is none', async () => {
    expect(await refusal({ DATA_DIR: newDataDir(), PORT: 'web' })).toContain('PORT is "web"');
  });

  it('for numbers at the port where people come, whether the server’s or the workers’', async () => {
    const PORT = await unusedPort();
    const metricsAt = (METRICS_PORT: number) =>
      refusal({ DATA_DIR: newDataDir(), PORT, METRICS_PORT: String(METRICS_PORT) });
    expect(await metricsAt(Number(PORT))).toContain('and so is PORT');
    expect(await metricsAt(Number(PORT) - 1)).toContain('the workers would take the next port');
  });

  it('for each setting that does not fit, all at once and before the database is made', async () => {
    const dataDir = newDataDir();
    const env = { SECRET: 'short', PUBLIC_URL: 'ftp://x', WORKER_CONCURRENCY: '0' };
    const supervisor = startSupervisor({ DATA_DIR: dataDir, PORT: await unusedPort(), ...env });
    expect(await supervisor.ended).toBe(1);
    const [title, ...lines] = supervisor.complained().trimEnd().split('\n');
    expect(title).toBe('The configuration does not fit:');
    expect(lines.map((line) => line.split(':')[0]?.trim()).sort()).toEqual(Object.keys(env).sort());
    expect(existsSync(join(dataDir, 'database'))).toBe(false);
  });

  it('for a second start on the same data', async () => {
    const dataDir = newDataDir();
    const first = await startOn(dataDir);
    expect(await refusal({ DATA_DIR: dataDir })).toContain('already running');
    const children = processesOn(dataDir);
    expect(children).toHaveLength(3);
    expect(first.child.exitCode).toBe(null);
  });

  it('for a file in the place of the data folder', async () => {
    const path = join(newDataDir(), 'kept');
    expect(await refusal({ DATA_DIR: path })).toContain(path);
  });

  it('for a database of another major version', async () => {
    const dataDir = newDataDir();
    const first = await startOn(dataDir);
    first.child.kill('SIGINT');
    await first.ended;
    writeFileSync(join(dataDir, 'database/cluster/PG_VERSION'), '16\n');
    const sentence = await refusal({ DATA_DIR: dataDir });
    expect(sentence).toMatch(/PostgreSQL 16.*PostgreSQL 18.*backup.*restore/);
  });

  it('for an ffmpeg that is missing or too old', async () => {
    const dataDir = newDataDir();
    const missing = await refusal({ DATA_DIR: dataDir, FFMPEG_PATH: join(dataDir, 'none') });
    expect(missing).toContain("can't be run");
    const old = join(dataDir, 'ffmpeg');
    writeFileSync(old, '#!/bin/sh\necho "ffmpeg version 4.4.2 Copyright"\n', { mode: 0o755 });
    expect(await refusal({ DATA_DIR: dataDir, FFMPEG_PATH: old })).toContain('too old');
  });

  it('for a database of the operator without a user who may make roles in it', async () => {
    const env = { DATA_DIR: newDataDir(), DATABASE_URL: 'postgres://db.example/second_look' };
    expect(await refusal(env)).toContain('MIGRATOR_DATABASE_URL');
  });
});

it('leaves a folder that is already used without a demonstration', async () => {
  const dataDir = newDataDir();
  mkdirSync(join(dataDir, 'objects'));
  const supervisor = await startOn(dataDir);
  expect(supervisor.said()).not.toContain('demonstration');
});
