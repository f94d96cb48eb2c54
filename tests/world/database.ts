import { randomUUID } from 'node:crypto';
import { type Role, roleUrl } from '@second-look/infra/config';
import { type Database, openDatabase } from '@second-look/infra/database';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** The database's address without a name and password, as `DATABASE_URL` may be. */
  databaseUrl: string;
  /** The same as the cluster's superuser, who is past every policy: for building worlds. */
  adminUrl: string;
  secret: string;
  /** A handle for each login, and `admin` for the superuser. Opened when first used. */
  as(login: 'admin' | Role): Database;
  drop(): Promise<void>;
}

/** A copy of the migrated, empty database, for one test file. Drop it when done. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { adminUrl: clusterUrl, template, secret } = inject('postgres');
  const name = `second_look_test_${randomUUID().replaceAll('-', '')}`;
  await administer(clusterUrl, [`create database ${name} template ${template}`]);
  const adminUrl = withDatabase(clusterUrl, name);
  // A copy has the template's tables, but not what was granted on the template itself.
  await administer(adminUrl, [
    `revoke temporary on database ${name} from public`,
    `grant create, connect on database ${name} to second_look_owner`,
    `grant create on database ${name} to second_look_queue`,
  ]);
  const opened = new Map<string, Database>();
  return {
    databaseUrl: withoutCredentials(adminUrl),
    adminUrl,
    secret,
    as(login) {
      const url = login === 'admin' ? adminUrl : roleUrl(adminUrl, secret, login);
      const database = opened.get(login) ?? openDatabase(url, { max: 4 });
      opened.set(login, database);
      return database;
    },
    async drop() {
      for (const database of opened.values()) await database.close();
      await administer(clusterUrl, [`drop database ${name} with (force)`]);
    },
  };
}

/** Runs statements one by one on a connection of its own, none of them inside a transaction. */
async function administer(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = name;
  return changed.href;
}

function withoutCredentials(url: string): string {
  const changed = new URL(url);
  changed.username = '';
  changed.password = '';
  return changed.href;
}
