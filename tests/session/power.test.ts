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
  beforeAll(async () => {
    await admin.query('create role keeper createrole; create role past bypassrls');
    await admin.query(
      'create role team; grant past to team; create role club; grant postgres to club',
    );
  });

  it.each([
    ['server', 'app', 'alter role second_look_app superuser', ['alter', 'nosuperuser']],
    ['server', 'app', 'alter role second_look_app bypassrls', ['alter', 'nobypassrls']],
    ['server', 'app', 'alter role second_look_app createrole', ['alter', 'nocreaterole']],
    [
      'server',
      'app',
      'grant second_look_owner to second_look_app',
      ['revoke', 'second_look_owner'],
    ],
    [
      'server',
      'app',
      'grant second_look_worker to second_look_app',
      ['revoke', 'second_look_worker'],
    ],
    ['server', 'app', 'grant postgres to second_look_app', ['revoke', 'postgres']],
    ['server', 'app', 'grant keeper to second_look_app', ['revoke', 'keeper']],
    ['server', 'app', 'grant team to second_look_app', ['revoke', 'team']],
    ['server', 'auth', 'grant club to second_look_auth', ['revoke', 'club']],
    ['workers', 'worker', 'alter role second_look_worker bypassrls', ['alter', 'nobypassrls']],
    ['workers', 'worker', 'grant team to second_look_worker', ['revoke', 'team']],
  ] as const)(
    'ends the %s with one sentence that says what to take from %s: %s',
    async (part, role, give, [verb, what]) => {
      const login = `second_look_${role}`;
      const take =
        verb === 'alter'
          ? `alter role ${login} ${what};`
          : `revoke ${what} from ${login} granted by postgres;`;
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
        new RegExp(
          `^The ${part} cannot start\\. [^\\n]*${login} may read everything[^\\n]* run: ${take}\\n$`,
        ),
      );
      await admin.query(take);
    },
  );
});
