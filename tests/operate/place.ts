import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { withDatabase } from '../world/database.ts';
import { beginUpload, draft, lesson, uploaded } from '../world/lesson.ts';
import type { TestServer } from '../world/server.ts';

/** Where a backup can be restored: a database without a table, and an empty data folder. */
export interface EmptyPlace {
  /** The database as the cluster's superuser. */
  adminUrl: string;
  dataDir: string;
  /** What commands and processes of this place are started with. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

export async function openEmptyPlace(): Promise<EmptyPlace> {
  const { adminUrl: clusterUrl, secret } = inject('postgres');
  const name = `second_look_restored_${randomUUID().replaceAll('-', '')}`;
  await ask(clusterUrl, `create database ${name}`);
  const adminUrl = withDatabase(clusterUrl, name);
  const dataDir = await mkdtemp(join(tmpdir(), 'second-look-restored-'));
  const databaseUrl = new URL(adminUrl);
  databaseUrl.username = '';
  databaseUrl.password = '';
  return {
    adminUrl,
    dataDir,
    env: {
      DATABASE_URL: databaseUrl.href,
      MIGRATOR_DATABASE_URL: adminUrl,
      SECRET: secret,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
    async remove() {
      await ask(clusterUrl, `drop database ${name} with (force)`);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One question to a database, on a connection of its own. */
export async function ask<T extends pg.QueryResultRow>(
  url: string,
  question: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(question, values)).rows;
  } finally {
    await client.end();
  }
}

/** How many rows each table of the product has. */
export async function countRows(adminUrl: string): Promise<Record<string, number>> {
  const rows = await ask<{ name: string; rows: string }>(
    adminUrl,
    `select format('%s.%s', schemaname, tablename) as name,
       (xpath('//c/text()', query_to_xml(format('select count(*) as c from %I.%I', schemaname, tablename),
         false, true, '')))[1]::text as rows
     from pg_tables where schemaname in ('public', 'auth') order by 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, Number(row.rows)]));
}

/** A lesson that was talked about, and all that can be in the middle. @returns the lesson's id */
export async function fillWithWork(server: TestServer): Promise<{ id: string; upload: string }> {
  const amira = await server.as('amira');
  const carys = await server.as('carys');
  const id = await lesson(server, amira, 'Fractions, é and "quotes"');
  await amira.post(`/api/recordings/${id}/grants`, {
    principal: { type: 'user', id: carys.id },
    rights: ['view', 'comment'],
  });
  const { conversations } = await carys.get(`/api/recordings/${id}`);
  const note = await carys.post(`/api/recordings/${id}/annotations`, {
    startMs: 1000,
    endMs: null,
    kind: 'question',
    body: 'Tabs\t, lines\nand \\ backslashes \\N',
    conversationId: conversations[0].id,
  });
  await amira.post(`/api/annotations/${note.id}/replies`, { body: 'Yes.' });
  // Uploaded and not yet prepared, and on its way.
  await uploaded(amira, Buffer.from('not a video at all'), { title: 'Waiting' });
  const upload = await beginUpload(amira, await draft(amira, 'On its way'), 1_000_000);
  return { id, upload };
}

/** Every file below a folder with its size, by its path inside. */
export async function filesIn(folder: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), (await stat(path)).size);
  }
  return files;
}
