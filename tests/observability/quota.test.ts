import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchStorage } from '../../server/src/features/storage/watch.ts';
import type { Client } from '../world/client.ts';
import { beginUpload, draft, lesson, until } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

const quotaPersonBytes = 1_000_000;
const quotaSchoolBytes = 1_500_000;

let server: TestServer;
let amira: Client;
let ben: Client;
beforeAll(async () => {
  server = await startServer({ settings: { quotaPersonBytes, quotaSchoolBytes } });
  amira = await server.as('amira');
  ben = await server.as('ben');
});
afterAll(() => server.stop());

const storage = async (client: Client) => client.get('/api/me/storage');
const begin = async (client: Client, sizeBytes: number) =>
  beginUpload(client, await draft(client), sizeBytes).then(
    () => 'begun',
    (error: Error) => error.message,
  );
const cancelAll = () => server.place.database.as('admin').pool.query('delete from recording');
const sentinel = /507 .*"code":"quota_full".*Ask whoever runs Second Look for more/;

describe('the room a person may use', () => {
  it('is taken by what was uploaded and what was made of it', async () => {
    expect(await storage(amira)).toEqual({
      usedBytes: 0,
      quotaBytes: quotaPersonBytes,
      isNearlyFull: false,
    });
    const id = await lesson(server, amira);
    const { pool } = server.place.database.as('admin');
    const { rows } = await pool.query(
      'select s.size_bytes::int as source, c.made_bytes::int as made from source s join cut c using (recording_id) where s.recording_id = $1',
      [id],
    );
    const [{ source, made }] = rows;
    let inStore = 0;
    for await (const { sizeBytes } of server.store.list(`recordings/${id}/`)) inStore += sizeBytes;
    expect(source + made).toBe(inStore);
    expect(made).toBeGreaterThan(0);
    expect((await storage(amira)).usedBytes).toBe(inStore);
    expect((await storage(ben)).usedBytes).toBe(0);
    await cancelAll();
  });

  it('is refused beyond its end, to the byte, with a sentence that says what to do', async () => {
    expect(await begin(amira, quotaPersonBytes + 1)).toMatch(sentinel);
    expect(await begin(amira, quotaPersonBytes)).toBe('begun');
    expect(await begin(amira, 1)).toMatch(sentinel);
    expect(await storage(amira)).toMatchObject({ usedBytes: quotaPersonBytes, isNearlyFull: true });
    await cancelAll();
  });

  it('is not given twice to two uploads that begin at once', async () => {
    const tries = Array.from({ length: 8 }, () => begin(amira, 400_000));
    expect((await Promise.all(tries)).filter((answer) => answer === 'begun')).toHaveLength(2);
    await cancelAll();
  });

  it('ends with that of the school, which colleagues share', async () => {
    const tries = [amira, ben, amira, ben].map((client) => begin(client, 500_000));
    expect((await Promise.all(tries)).filter((answer) => answer === 'begun')).toHaveLength(3);
    const carys = await server.as('carys');
    expect(await begin(carys, 500_000), 'another school').toBe('begun');
    await cancelAll();
  });
});

describe('administrators', () => {
  it('read of each of their schools, of no other, and no sum of fewer than five people', async () => {
    await begin(amira, 900_000);
    await begin(ben, 600_000);
    await begin(await server.as('olive'), 100_000);
    const status = await (await server.as('dev')).get('/api/administration/status');
    expect(status.storage).toEqual({
      personQuotaBytes: quotaPersonBytes,
      schoolQuotaBytes: quotaSchoolBytes,
      schools: [
        {
          name: 'First School',
          usedBytes: null,
          isNearlyFull: false,
          people: 2,
          peopleNearlyFull: null,
        },
        {
          name: 'Second School',
          usedBytes: null,
          isNearlyFull: false,
          people: 1,
          peopleNearlyFull: null,
        },
      ],
    });
    await cancelAll();
  });

  it('read how many people are near their end only where they are five or more', async () => {
    const { pool } = server.place.database.as('admin');
    await pool.query(`
      with people as (
        insert into auth."user" (id, name, email)
        select gen_random_uuid(), 'Colleague ' || n, 'colleague' || n || '@school.test'
        from generate_series(1, 5) n returning id),
      members as (
        insert into membership (user_id, organisation_id, role)
        select p.id, o.id, 'member' from people p, organisation o where o.name = 'First School'),
      lessons as (
        insert into recording (id, owner_id, client_id, title)
        select gen_random_uuid(), id, gen_random_uuid(), 'Lesson' from people returning id)
      insert into source (id, recording_id, object_key, filename, content_type, size_bytes)
      select gen_random_uuid(), id, 'nowhere', 'lesson.mp4', 'video/mp4', 800000 from lessons`);
    const dev = await server.as('dev');
    const school = async () => (await dev.get('/api/administration/status')).storage.schools[0];
    const counted = async () => (await school()).peopleNearlyFull;
    expect(await school()).toMatchObject({ usedBytes: 4_000_000, isNearlyFull: true, people: 7 });
    expect(await counted()).toBe(5);
    await pool.query('delete from recording where id in (select id from recording limit 1)');
    expect(await counted()).toBe(null);
    await cancelAll();
  });

  it('are the only ones who read it', async () => {
    for (const name of ['amira', 'ben', 'carys', 'olive'] as const) {
      const client = await server.as(name);
      expect((await client.ask('GET', '/api/administration/status')).status).toBe(404);
    }
  });
});

describe('the log', () => {
  it('is told once that a quota is nearly used up, and again when it happens again', async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write: (line, _encoding, done) => {
        lines.push(String(line));
        done();
      },
    });
    const config = { dataDir: server.place.dataDir, quotaPersonBytes, quotaSchoolBytes };
    const watch = watchStorage(config, server.place.database.as('app'), pino(sink), 20);
    const told = (setting: string) =>
      lines.filter((line) => line.includes(setting)).map((line) => JSON.parse(line).count);
    const toldOfPeople = (times: number) =>
      until(async () => told('QUOTA_PERSON_BYTES').length >= times);
    const carys = await server.as('carys');
    await begin(amira, 800_000);
    await toldOfPeople(1);
    await begin(amira, 100_000);
    await begin(carys, 800_000);
    await toldOfPeople(2);
    // Nobody's is nearly used up now, and what is told of the school says that this was seen.
    await cancelAll();
    await begin(amira, 600_000);
    await begin(ben, 600_000);
    await until(async () => told('QUOTA_SCHOOL_BYTES').length >= 1);
    await begin(amira, 300_000);
    await toldOfPeople(3);
    expect(told('QUOTA_PERSON_BYTES'), 'each rise once').toEqual([1, 2, 1]);
    await watch.stop();
    expect(lines.join()).not.toMatch(/amira|carys|First School/i);
    await cancelAll();
  });

  it('is told from one look at a time, however long that takes', async () => {
    const { pool } = server.place.database.as('admin');
    const holder = await pool.connect();
    await holder.query('begin');
    await holder.query('lock table source in access exclusive mode');
    const config = { dataDir: server.place.dataDir, quotaPersonBytes, quotaSchoolBytes };
    const database = server.place.database.as('app');
    const watch = watchStorage(config, database, pino({ level: 'silent' }), 20);
    const waiting = async () => {
      const { rows } = await pool.query(
        `select count(*)::int from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0].count;
    };
    try {
      await until(waiting);
      await sleep(500);
      expect(await waiting()).toBe(1);
    } finally {
      await holder.query('rollback');
      holder.release();
      await watch.stop();
    }
  });
});
