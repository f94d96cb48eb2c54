import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { migrate, migrationFiles } from '@second-look/migrations/migrate';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { withDatabase } from '../world/database.ts';
import {
  endProcesses,
  freePort,
  launchServer,
  startServerProcess,
  startWorkers,
} from '../world/processes.ts';
import { openPlace, type TestPlace } from '../world/server.ts';

let place: TestPlace;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(async () => {
  await endProcesses();
  await place.remove();
});

describe('a database that is behind this release', () => {
  it.each([
    ['server', launchServer],
    ['workers', startWorkers],
  ])('is refused by the %s, with a sentence that says what to do', async (_name, launch) => {
    const { pool } = place.database.as('admin');
    const last = (await migrationFiles()).at(-1);
    await pool.query('delete from migration.applied where name = $1', [last]);
    try {
      const process = launch(place, { PORT: String(await freePort()) });
      expect(await process.ended).toBe(1);
      expect(process.output()).toContain(
        `(${last} is missing): run \`second-look migrate\` first.`,
      );
    } finally {
      await pool.query('insert into migration.applied (name) values ($1)', [last]);
    }
  });

  it('is refused also where nothing was ever migrated', async () => {
    const { pool } = place.database.as('admin');
    await pool.query('alter schema migration rename to migration_away');
    try {
      const server = launchServer(place, { PORT: String(await freePort()) });
      expect(await server.ended).toBe(1);
      expect(server.output()).toContain('run `second-look migrate` first');
    } finally {
      await pool.query('alter schema migration_away rename to migration');
    }
  });
});

describe('a database that is ahead of this release', () => {
  it('is served, and the log says so', async () => {
    const { pool } = place.database.as('admin');
    await pool.query(
      "insert into migration.applied (name) values ('9999_of_the_next_release.sql')",
    );
    try {
      const server = await startServerProcess(place, await freePort());
      expect(server.output()).toContain('9999_of_the_next_release.sql');
      expect(server.output()).toContain('ahead of this release');
      expect(await server.end('SIGTERM')).toBe(0);
    } finally {
      await pool.query("delete from migration.applied where name like '9999%'");
    }
  });
});

describe('the oldest shape, with rows in it', () => {
  const name = `second_look_oldest_${process.pid}`;
  const { adminUrl: clusterUrl, secret } = inject('postgres');
  const adminUrl = withDatabase(clusterUrl, name);
  const cluster = new pg.Client({ connectionString: clusterUrl });
  beforeAll(async () => {
    await cluster.connect();
    await cluster.query(`create database ${name}`);
  });
  afterAll(async () => {
    await cluster.query(`drop database ${name} with (force)`);
    await cluster.end();
  });

  it('comes to the present one with every row as it was', async () => {
    await migrate({ adminUrl, secret }, { files: (await migrationFiles()).slice(0, 3) });
    const database = openDatabase(adminUrl, { max: 1 });
    const { pool } = database;
    try {
      await pool.query(rows);
      const tables = await tablesOf(pool);
      const before = await contentsOf(pool, tables);
      expect(Object.values(before).flat().length).toBeGreaterThan(15);
      const applied = await migrate({ adminUrl, secret });
      expect(applied).toEqual((await migrationFiles()).slice(3));
      expect(await contentsOf(pool, tables)).toEqual(before);
      const app = openDatabase(roleUrl(adminUrl, secret, 'app'), { max: 1 });
      const seen = await app.as(owner, (tx) => tx.execute('select title from recording'));
      expect(seen.rows).toEqual([{ title: 'Fractions' }]);
      await app.close();
    } finally {
      await database.close();
    }
  });
});

const owner = '018f0000-0000-7000-8000-000000000001';

/** A lesson with everything that the oldest shape knew of one. */
const rows = `
  insert into auth."user" (id, name, email) values
    ('${owner}', 'Amira', 'amira@school.test'),
    ('018f0000-0000-7000-8000-000000000002', 'Ben', 'ben@school.test');
  insert into auth.account (id, user_id, account_id, provider_id, password)
    select gen_random_uuid(), id, email, 'credential', 'not a hash' from auth."user";
  insert into organisation (id, kind, name) values
    ('018f0000-0000-7000-8000-000000000003', 'school', 'First School');
  insert into membership (user_id, organisation_id, role)
    select id, '018f0000-0000-7000-8000-000000000003', 'member' from auth."user";
  insert into recording (id, owner_id, client_id, title, subject, phase, state, playable, duration_ms) values
    ('018f0000-0000-7000-8000-000000000004', '${owner}', gen_random_uuid(), 'Fractions', 'Maths', 'primary', 'ready', true, 60000);
  insert into upload (id, recording_id, filename, content_type, size_bytes, offset_bytes, object_key, finished_at)
    values (gen_random_uuid(), '018f0000-0000-7000-8000-000000000004', 'a.mp4', 'video/mp4', 10, 10, 'k', now());
  insert into source (id, recording_id, object_key, filename, content_type, size_bytes, sha256)
    values (gen_random_uuid(), '018f0000-0000-7000-8000-000000000004', 'k', 'a.mp4', 'video/mp4', 10, 'abc');
  insert into cut (id, recording_id, published_attempt, poster_key) values
    ('018f0000-0000-7000-8000-000000000005', '018f0000-0000-7000-8000-000000000004', 1, 'p');
  insert into rendition (id, cut_id, attempt, kind, codec, width, height, average_bandwidth, peak_bandwidth)
    values ('018f0000-0000-7000-8000-000000000006', '018f0000-0000-7000-8000-000000000005', 1, 'video', 'avc1', 640, 360, 1, 2);
  insert into rendition_chunk values
    ('018f0000-0000-7000-8000-000000000006', 0, 'c', 0, 100, '[{"offset": 100, "length": 900, "durationMs": 4000}]');
  insert into processing_step (id, recording_id, cut_id, kind, state, attempt) values
    (gen_random_uuid(), '018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000005', 'prepare', 'done', 1);
  insert into principal (id, user_id)
    values ('018f0000-0000-7000-8000-000000000007', '018f0000-0000-7000-8000-000000000002')
    on conflict (user_id) do update set id = excluded.id;
  insert into "grant" (id, recording_id, cut_id, principal_id, rights, granted_by) values
    (gen_random_uuid(), '018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000005',
     '018f0000-0000-7000-8000-000000000007', '{view,comment}', '${owner}');
  insert into conversation (id, recording_id, principal_id) values
    ('018f0000-0000-7000-8000-000000000008', '018f0000-0000-7000-8000-000000000004', '018f0000-0000-7000-8000-000000000007')
    on conflict (recording_id, principal_id) do update set id = excluded.id;
  insert into annotation (id, recording_id, conversation_id, author_id, client_id, start_ms, kind, body) values
    ('018f0000-0000-7000-8000-000000000009', '018f0000-0000-7000-8000-000000000004',
     '018f0000-0000-7000-8000-000000000008', '${owner}', gen_random_uuid(), 1000, 'question', 'Why did they stop?');
  insert into reply (id, annotation_id, author_id, client_id, body) values
    (gen_random_uuid(), '018f0000-0000-7000-8000-000000000009', '018f0000-0000-7000-8000-000000000002', gen_random_uuid(), 'They had done.');
`;

interface Table {
  name: string;
  columns: string;
}

async function tablesOf(pool: pg.Pool): Promise<Table[]> {
  const { rows } = await pool.query(
    `select format('%I.%I', table_schema, table_name) as name,
       string_agg(format('%I', column_name), ', ' order by column_name) as columns
     from information_schema.columns where table_schema in ('public', 'auth')
     group by 1 order by 1`,
  );
  return rows;
}

/** Every row, in the columns that the table had then. */
async function contentsOf(pool: pg.Pool, tables: Table[]) {
  const contents: Record<string, string[]> = {};
  for (const { name, columns } of tables) {
    const { rows } = await pool.query(
      `select to_jsonb(t)::text as row from (select ${columns} from ${name}) t order by 1`,
    );
    contents[name] = rows.map(({ row }) => row);
  }
  return contents;
}
