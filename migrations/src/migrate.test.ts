import { readdir } from 'node:fs/promises';
import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startTemporaryPostgres } from '../../infra/embedded/temporary-postgres.ts';
import { withDatabase } from '../../tests/world/database.ts';
import { migrate } from './migrate.ts';

const name = `second_look_migrating_${process.pid}`;
const { adminUrl: clusterUrl, secret } = inject('postgres');
const database = { adminUrl: withDatabase(clusterUrl, name), secret };
const cluster = new pg.Client({ connectionString: clusterUrl });
let files: string[];

beforeAll(async () => {
  await cluster.connect();
  await cluster.query(`create database ${name}`);
  const all = await readdir(new URL('../sql/', import.meta.url));
  files = all.filter((file) => /^\d{4}_/.test(file)).sort();
});
afterAll(async () => {
  await cluster.query(`drop database ${name} with (force)`);
  await cluster.end();
});

describe('migrate', () => {
  it('numbers its files from 1 without a gap', () => {
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(
      files.map((_, index) => index + 1),
    );
  });

  it('applies every file once to an empty database, also when several start together', async () => {
    const applied = await Promise.all([migrate(database), migrate(database), migrate(database)]);
    expect(applied.filter((each) => each.length > 0)).toEqual([files]);
  });

  it('has nothing to do the second time, and leaves every row and right as it was', async () => {
    const before = await snapshot();
    expect(await migrate(database)).toEqual([]);
    expect(await snapshot()).toEqual(before);
  });

  it('lets each login in with the password made from the secret, and with no other', async () => {
    for (const role of ['migrator', 'app', 'auth', 'worker', 'queue'] as const) {
      const handle = openDatabase(roleUrl(database.adminUrl, secret, role), { max: 1 });
      const { rows } = await handle.pool.query('select current_user::text as name');
      expect(rows).toEqual([{ name: `second_look_${role}` }]);
      await handle.close();
      const wrong = openDatabase(roleUrl(database.adminUrl, `${secret}?`, role), { max: 1 });
      await expect(wrong.pool.query('select 1')).rejects.toMatchObject({ code: '28P01' });
      await wrong.close();
    }
  });

  it('works as somebody who may make roles and owns the database, and is no superuser', async () => {
    const own = await startTemporaryPostgres();
    const admin = new pg.Client({ connectionString: own.adminUrl });
    await admin.connect();
    try {
      await admin.query("create role keeper login createrole password 'keeper'");
      await admin.query('create database kept owner keeper template template0');
      const url = new URL(withDatabase(own.adminUrl, 'kept'));
      url.username = 'keeper';
      url.password = 'keeper';
      const asKeeper = { adminUrl: url.href, secret };
      expect(await migrate(asKeeper)).toEqual(files);
      expect(await migrate(asKeeper)).toEqual([]);
      const app = openDatabase(roleUrl(url.href, secret, 'app'), { max: 1 });
      await app.check();
      await app.close();
    } finally {
      await admin.end();
      await own.stop();
    }
  });

  it('says which file failed, and keeps nothing of it', async () => {
    const half = `${name}_half`;
    await cluster.query(`create database ${half}`);
    try {
      const url = withDatabase(clusterUrl, half);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('create schema access');
      await expect(migrate({ adminUrl: url, secret })).rejects.toThrow(/Migration 0002_access.sql/);
      const { rows } = await client.query('select name from migration.applied');
      expect(rows).toEqual([{ name: files[0] }]);
      await client.query('drop schema access');
      expect(await migrate({ adminUrl: url, secret })).toEqual(files.slice(1));
      await client.end();
    } finally {
      await cluster.query(`drop database ${half} with (force)`);
    }
  });
});

async function snapshot() {
  const handle = openDatabase(database.adminUrl, { max: 1 });
  const { rows } = await handle.pool.query(
    `select name, at::text from migration.applied
     union all
     select rolname, concat(rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin) from pg_roles
     union all
     select relname, relacl::text from pg_class where relnamespace in ('public'::regnamespace, 'auth'::regnamespace)
     order by 1, 2`,
  );
  await handle.close();
  return rows;
}
