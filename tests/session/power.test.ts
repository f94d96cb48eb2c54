import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@second-look/migrations/migrate';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startTemporaryPostgres,
  type TemporaryPostgres,
} from '../../infra/embedded/temporary-postgres.ts';
import { endProcesses, freePort, launchServer, startWorkers } from '../world/processes.ts';

// Logins belong to a whole cluster, so this one is not shared with other tests.
let cluster: TemporaryPostgres;
let admin: pg.Client;
let dataDir: string;
const secret = 'a secret for tests, and for nothing else';

beforeAll(async () => {
  cluster = await startTemporaryPostgres();
  await migrate({ adminUrl: cluster.adminUrl, secret });
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  dataDir = await mkdtemp(join(tmpdir(), 'second-look-test-'));
});
afterAll(async () => {
  await endProcesses();
  await admin.end();
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = {
  server: launchServer,
  workers: startWorkers,
};

describe('a login of the database that may read everything', () => {
  it.each([
    ['server', 'alter role second_look_app superuser', 'alter role second_look_app nosuperuser'],
    ['server', 'alter role second_look_app bypassrls', 'alter role second_look_app nobypassrls'],
    [
      'server',
      'grant second_look_owner to second_look_app',
      'revoke second_look_owner from second_look_app',
    ],
    [
      'workers',
      'alter role second_look_worker bypassrls',
      'alter role second_look_worker nobypassrls',
    ],
  ] as const)('ends the %s with one sentence: %s', async (part, give, take) => {
    await admin.query(give);
    const env = {
      DATABASE_URL: cluster.adminUrl,
      SECRET: secret,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
    };
    const process = start[part]({ env });
    expect(await process.ended).toBe(1);
    expect(process.output()).toMatch(
      new RegExp(`^The ${part} cannot start\\. [^\\n]*may read everything[^\\n]*\\n$`),
    );
    await admin.query(take);
  });
});
