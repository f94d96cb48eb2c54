import { writeFile } from 'node:fs/promises';
import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { migrate, migrationFiles } from '@second-look/migrations/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTemporaryPostgres } from '../../infra/embedded/temporary-postgres.ts';
import { ask, type EmptyPlace, openEmptyPlace } from '../operate/place.ts';
import { freshDatabase, type TestDatabase, withDatabase } from '../world/database.ts';
import { freePort } from '../world/processes.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

async function check(url: string): Promise<void> {
  const handle = openDatabase(url, { max: 1 });
  try {
    await handle.check();
  } finally {
    await handle.close();
  }
}
const appUrl = (secret = database.secret) => roleUrl(database.adminUrl, secret, 'app');

describe('a database that cannot be used', () => {
  it('is fine where it can be', async () => {
    await check(appUrl());
  });

  it('does not answer', async () => {
    const url = new URL(appUrl());
    url.port = String(await freePort());
    await expect(check(url.href)).rejects.toThrow('nothing answers there: start PostgreSQL');
    url.hostname = 'no-such-host.invalid';
    await expect(check(url.href)).rejects.toThrow(/its host is not known/);
  });

  it('has another secret, and the sentence does not tell it', async () => {
    const secret = 'another secret of more than 32 characters';
    const refused = check(appUrl(secret));
    await expect(refused).rejects.toThrow('give every process the same SECRET');
    await expect(refused).rejects.not.toThrow(new URL(appUrl(secret)).password);
  });

  it('takes whoever comes, and was never prepared', async () => {
    const own = await startTemporaryPostgres();
    try {
      const [{ file } = { file: '' }] = await ask<{ file: string }>(
        own.adminUrl,
        "select current_setting('hba_file') as file",
      );
      await writeFile(file, 'host all all 127.0.0.1/32 trust\n');
      await ask(own.adminUrl, 'select pg_reload_conf()');
      await expect(check(roleUrl(own.adminUrl, database.secret, 'app'))).rejects.toThrow(
        'it has no login second_look_app yet: run `second-look migrate`',
      );
      await writeFile(file, 'host all postgres 127.0.0.1/32 trust\n');
      await ask(own.adminUrl, 'select pg_reload_conf()');
      await expect(check(roleUrl(own.adminUrl, database.secret, 'app'))).rejects.toThrow(
        'it does not let second_look_app in: mend its pg_hba.conf',
      );
    } finally {
      await own.stop();
    }
  });

  it('is not there', async () => {
    await expect(check(withDatabase(appUrl(), 'no_such_database'))).rejects.toThrow(
      'there is no database of that name',
    );
  });

  it('is too old', async () => {
    // The same question to a real database that answers as an older one would.
    const { pool } = database.as('admin');
    await pool.query(`
      create schema older;
      create function older.current_setting(name text) returns text language sql
        return case name when 'server_version_num' then '140020' else '14.20' end;
      grant usage on schema older to public;
      grant execute on function older.current_setting to public`);
    const url = new URL(appUrl());
    url.searchParams.set('options', '-c search_path=older,pg_catalog,public');
    await expect(check(url.href)).rejects.toThrow('PostgreSQL 14.20, which is too old');
  });

  it('is of an encoding that lacks letters, and is left as it is', async () => {
    const { pool } = database.as('admin');
    const name = `second_look_latin_${process.pid}`;
    await pool.query(
      `create database ${name} encoding 'LATIN1' locale_provider libc locale 'C' template template0`,
    );
    try {
      const adminUrl = withDatabase(database.adminUrl, name);
      await expect(migrate({ adminUrl, secret: database.secret })).rejects.toThrow(
        /^The database \w+ is encoded in LATIN1, .*`createdb --encoding UTF8/,
      );
      expect(await ask(adminUrl, "select from pg_namespace where nspname = 'migration'")).toEqual(
        [],
      );
    } finally {
      await pool.query(`drop database ${name} with (force)`);
    }
  });

  it('gives its migrator too few rights', async () => {
    const { pool } = database.as('admin');
    const login = `weak_${process.pid}`;
    await pool.query(`create role ${login} login password 'weak'`);
    try {
      const url = new URL(database.adminUrl);
      url.username = login;
      url.password = 'weak';
      const migrating = migrate({ adminUrl: url.href, secret: database.secret });
      await expect(migrating).rejects.toThrow(`${login} has too few rights`);
    } finally {
      await pool.query(`drop role ${login}`);
    }
  });
});

describe('a database that two settings name', () => {
  let place: EmptyPlace;
  beforeEach(async () => {
    place = await openEmptyPlace();
  });
  afterEach(() => place.remove());

  const migrating = (changes: { adminUrl?: string; databaseUrl?: string }) => {
    const { DATABASE_URL, SECRET = '' } = place.env;
    const { adminUrl } = place;
    return migrate({ adminUrl, databaseUrl: DATABASE_URL, secret: SECRET, ...changes });
  };
  const tables = () => ask(place.adminUrl, "select from pg_tables where schemaname = 'migration'");

  it('is the same however its host is spelt', async () => {
    const databaseUrl = place.env.DATABASE_URL?.replace('127.0.0.1', 'localhost');
    expect(databaseUrl).toContain('localhost');
    expect(await migrating({ databaseUrl })).toEqual(await migrationFiles());
  });

  it('is refused where the names are different', async () => {
    const databaseUrl = withDatabase(place.env.DATABASE_URL ?? '', 'no_such_database');
    await expect(migrating({ databaseUrl })).rejects.toThrow(
      /^DATABASE_URL and MIGRATOR_DATABASE_URL name different databases \(no_such_database at .*\)/,
    );
    expect(await tables()).toEqual([]);
  });

  it('is refused where the servers are different, prepared with the same secret or not', async () => {
    const other = await startTemporaryPostgres();
    try {
      const name = new URL(place.adminUrl).pathname.slice(1);
      await ask(other.adminUrl, `create database ${name}`);
      const elsewhere = { adminUrl: withDatabase(other.adminUrl, name), secret: database.secret };
      const refused = /^DATABASE_URL and MIGRATOR_DATABASE_URL name different databases/;
      const databaseUrl = elsewhere.adminUrl;
      await expect(migrating({ databaseUrl })).rejects.toThrow(refused);
      await migrate(elsewhere);
      await expect(migrating({ databaseUrl })).rejects.toThrow(refused);
    } finally {
      await other.stop();
    }
    expect(await tables()).toEqual([]);
  });

  it('is looked for where the wrong setting says, which is the one to mend', async () => {
    const port = String(await freePort());
    const elsewhere = (url: string) => Object.assign(new URL(url), { port }).href;
    await expect(migrating({ adminUrl: elsewhere(place.adminUrl) })).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${port} .* or mend MIGRATOR_DATABASE_URL`),
    );
    const databaseUrl = elsewhere(place.env.DATABASE_URL ?? '');
    await expect(migrating({ databaseUrl })).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${port} .* or mend DATABASE_URL`),
    );
    const adminUrl = Object.assign(new URL(place.adminUrl), { password: 'another' }).href;
    const refused = migrating({ adminUrl });
    await expect(refused).rejects.toThrow(
      /another password of \w+.*: mend MIGRATOR_DATABASE_URL\.$/,
    );
  });
});
