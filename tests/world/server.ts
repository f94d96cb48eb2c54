import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, queueUrl, readConfig, roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { openLog } from '@second-look/infra/log';
import type { ObjectStore } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';
import { openQueue, type WorkQueue } from '@second-look/infra/queue';
import { buildApp } from '@second-look/server/app';
import { enrol } from '@second-look/server/enrol';
import { type Client, signIn } from './client.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

const password = 'a password for tests';
const names = ['amira', 'ben', 'carys', 'dev', 'olive'] as const;
/** Amira and Ben teach at one school, Carys at another of the same trust, Dev is the trust's administrator, Olive is a stranger. */
export type Name = (typeof names)[number];

export interface TestPlace {
  database: TestDatabase;
  dataDir: string;
  /** What processes of this place are started with. */
  env: Record<string, string>;
  password: string;
  emailOf(name: Name): string;
  remove(): Promise<void>;
}

/**
 * A database with five people in it, and a folder for objects.
 * @param env more of what processes of this place are started with, such as a store that speaks S3
 */
export async function openPlace(env: Record<string, string> = {}): Promise<TestPlace> {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'second-look-test-'));
  const emailOf = (name: Name) => `${name}@school.test`;
  const school: Record<Name, string> = {
    amira: 'first',
    ben: 'first',
    carys: 'second',
    dev: 'trust',
    olive: 'elsewhere',
  };
  await enrol(roleUrl(database.databaseUrl, database.secret, 'migrator'), {
    organisations: [
      { key: 'trust', name: 'Trust', kind: 'trust' },
      { key: 'first', name: 'First School', kind: 'school', parent: 'trust' },
      { key: 'second', name: 'Second School', kind: 'school', parent: 'trust' },
      { key: 'elsewhere', name: 'Elsewhere', kind: 'school' },
    ],
    people: names.map((name) => ({
      name: `${name[0]?.toUpperCase()}${name.slice(1)}`,
      email: emailOf(name),
      password,
      memberships: [{ organisation: school[name], role: name === 'dev' ? 'admin' : 'member' }],
    })),
  });
  return {
    database,
    dataDir,
    env: {
      DATABASE_URL: database.databaseUrl,
      SECRET: database.secret,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...env,
    },
    password,
    emailOf,
    remove: async () => {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface TestServer {
  place: TestPlace;
  address: string;
  store: ObjectStore;
  queue: WorkQueue;
  /** Signs in the first time, and hands out the same session afterwards. */
  as(name: Name): Promise<Client>;
  stop(): Promise<void>;
}

/** The whole server in this process, listening on a free port, with a place of its own. */
export async function startServer({
  env,
  settings = {},
  sessionCheckMs,
  listenUrl,
}: {
  env?: Record<string, string>;
  settings?: Partial<Config>;
  sessionCheckMs?: number;
  /** Instead of the database's own address: a way to it that can be cut. */
  listenUrl?: (url: string) => string;
} = {}): Promise<TestServer> {
  const place = await openPlace(env);
  const url = (role: 'app' | 'auth') =>
    roleUrl(place.database.databaseUrl, place.database.secret, role);
  const config = { ...readConfig({ ...place.env, LOG_LEVEL: 'silent' }), ...settings };
  const database = openDatabase(url('app'), { max: 10 });
  const authDatabase = openDatabase(url('auth'), { max: 4 });
  const queue = await openQueue(queueUrl(config), () => {});
  const store = await openStore(config, () => {});
  const app = await buildApp({
    config,
    log: openLog('server', config.logLevel),
    database,
    authDatabase,
    store,
    queue,
    listenUrl: listenUrl?.(url('app')) ?? url('app'),
    sessionCheckMs,
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const clients = new Map<Name, Promise<Client>>();
  return {
    place,
    address,
    store,
    queue,
    as(name) {
      const client = clients.get(name) ?? signIn(address, place.emailOf(name), place.password);
      clients.set(name, client);
      return client;
    },
    stop: async () => {
      await app.close();
      await Promise.all([queue.close(), database.close(), authDatabase.close()]);
      await place.remove();
    },
  };
}
