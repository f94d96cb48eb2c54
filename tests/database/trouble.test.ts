import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { migrate } from '@second-look/migrations/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
