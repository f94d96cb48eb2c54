import { readdir, readFile } from 'node:fs/promises';
import { roleUrl } from '@second-look/infra/config';
import { withConnection } from '@second-look/infra/database/connection';
import { refuseOtherName, refuseOtherPlace } from '@second-look/infra/database/same';
import {
  DatabaseProblem,
  refuseOldVersion,
  refuseOtherEncoding,
} from '@second-look/infra/database/trouble';
import type { Client } from 'pg';

const folder = new URL('../sql/', import.meta.url);
const roles = ['migrator', 'app', 'auth', 'worker', 'queue'] as const;

/** The names of the numbered files, in order. */
export async function migrationFiles(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{4}_/.test(name)).sort();
}

export interface Database {
  /** Address of the database, as somebody who may make roles in its cluster. */
  adminUrl: string;
  /** Its address for every process, where that is set apart. */
  databaseUrl?: string | undefined;
  /** The secret from which each role's password is derived. */
  secret: string;
}

/**
 * Brings a database to the present shape: roles first, then each numbered file that it has not seen, in
 * one transaction each, under a lock that makes several at once wait for one another.
 * @param options.files the files to apply, where the database has not seen them; every file without
 * @throws DatabaseProblem where the database cannot be used, with a sentence that says what to do
 * @returns the names of the files that were applied now
 */
export async function migrate(
  { adminUrl, databaseUrl = adminUrl, secret }: Database,
  { files }: { files?: string[] } = {},
): Promise<string[]> {
  const addresses = { adminUrl, databaseUrl: roleUrl(databaseUrl, secret, 'migrator') };
  refuseOtherName(addresses);
  const prepare = async (client: Client) => {
    await refuseOldVersion(client);
    await refuseOtherEncoding(client);
    await makeRoles(client, secret);
    await refuseOtherPlace(client, addresses);
  };
  await withConnection(adminUrl, prepare, 'MIGRATOR_DATABASE_URL');
  return withConnection(addresses.databaseUrl, (client) => applyPending(client, files));
}

async function makeRoles(client: Client, secret: string) {
  await client.query(await readFile(new URL('roles.sql', folder), 'utf8'));
  await client.query('select pg_advisory_lock(hashtext($1))', ['second_look roles']);
  for (const role of roles) {
    const password = decodeURIComponent(new URL(roleUrl('postgres://x', secret, role)).password);
    const name = client.escapeIdentifier(`second_look_${role}`);
    await client.query(`alter role ${name} password ${client.escapeLiteral(password)}`);
  }
}

async function applyPending(client: Client, wanted: string[] | undefined): Promise<string[]> {
  await client.query('set role second_look_owner');
  await client.query('select pg_advisory_lock(hashtext($1))', ['second_look migrations']);
  await client.query('create schema if not exists migration');
  await client.query(
    'create table if not exists migration.applied (name text primary key, at timestamptz not null default now())',
  );
  // Servers and workers look whether the database has the shape that they need.
  await client.query('grant usage on schema migration to second_look_app, second_look_worker');
  await client.query('grant select on migration.applied to second_look_app, second_look_worker');
  const seen = await client.query<{ name: string }>('select name from migration.applied');
  const applied = new Set(seen.rows.map((row) => row.name));
  const files = await migrationFiles();
  const pending = files.filter((name) => !applied.has(name) && (!wanted || wanted.includes(name)));
  for (const name of pending) {
    await client.query('begin');
    try {
      await client.query(await readFile(new URL(name, folder), 'utf8'));
      await client.query('insert into migration.applied (name) values ($1)', [name]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new Error(
        `Migration ${name} failed: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      );
    }
  }
  return pending;
}

if (import.meta.main) {
  const { MIGRATOR_DATABASE_URL: adminUrl, DATABASE_URL, SECRET: secret } = process.env;
  if (!adminUrl || !secret) {
    process.stderr.write('To migrate, set MIGRATOR_DATABASE_URL and SECRET.\n');
    process.exit(1);
  }
  try {
    const applied = await migrate({ adminUrl, databaseUrl: DATABASE_URL || undefined, secret });
    process.stdout.write(
      applied.length > 0 ? `Applied ${applied.join(', ')}.\n` : 'The database is up to date.\n',
    );
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
