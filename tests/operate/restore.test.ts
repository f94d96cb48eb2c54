import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTemporaryPostgres } from '../../infra/embedded/temporary-postgres.ts';
import { signIn } from '../world/client.ts';
import { withDatabase } from '../world/database.ts';
import { append, draft, filmBytes, prepareNow, until } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { ask, countRows, type EmptyPlace, filesIn, fillWithWork, openEmptyPlace } from './place.ts';
import { secondLook, startSecondLook } from './second-look.ts';

let server: TestServer;
let folder: string;
let filled: Awaited<ReturnType<typeof fillWithWork>>;
const places: EmptyPlace[] = [];

beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
  filled = await fillWithWork(server);
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
  for (const place of places) await place.remove();
  await rm(folder, { recursive: true, force: true });
});

async function newPlace(): Promise<EmptyPlace> {
  const place = await openEmptyPlace();
  places.push(place);
  return place;
}

/** What the newest backup says of itself. */
async function newestManifest() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('Z')).sort();
  return JSON.parse(await readFile(join(folder, names.at(-1) ?? '', 'manifest.json'), 'utf8'));
}

describe('restoring elsewhere', () => {
  it('brings back every row and every byte, while somebody goes on writing', async () => {
    const amira = await server.as('amira');
    const backup = startSecondLook(['backup', folder], server.place.env);
    let isDone = false;
    backup.ended.then(() => {
      isDone = true;
    });
    let written = 0;
    for (; !isDone; written += 1) {
      const id = await draft(amira, `Meanwhile ${written}`);
      await amira.post(`/api/recordings/${filled.id}/annotations`, {
        startMs: written,
        endMs: null,
        kind: 'notice',
        body: `For ${id}`,
        conversationId: null,
      });
    }
    expect(written).toBeGreaterThan(1);
    expect(await backup.ended).toMatchObject({ code: 0, errors: '' });

    const place = await newPlace();
    const { code, out, errors } = await secondLook(['restore', folder], place.env);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('5 people');
    expect(out).toContain('Uploads to begin anew, because they were under way: 1.');
    expect(out).toContain('Every object has its checksum.');

    const { tables, objects } = await newestManifest();
    const counts = await countRows(place.adminUrl);
    // The upload that was under way is none any more.
    for (const { schema, name, rows } of tables)
      expect(counts[`${schema}.${name}`], name).toBe(name === 'upload' ? rows - 1 : rows);
    expect(counts).toMatchObject({ 'auth.session': 0, 'auth.verification': 0 });
    // Whatever was written after its moment is not there, and what was before is whole.
    const [last] = await ask<{ drafts: number; notes: number }>(
      place.adminUrl,
      `select (select count(*)::int from recording where title like 'Meanwhile %') as drafts,
         (select count(*)::int from annotation where body like 'For %') as notes`,
    );
    expect([0, 1]).toContain((last?.drafts ?? 0) - (last?.notes ?? 0));

    const there = await filesIn(join(place.dataDir, 'objects'));
    expect(there.size).toBe(objects.count);
    for (const key of there.keys()) {
      const [original, restored] = await Promise.all(
        [server.place.dataDir, place.dataDir].map((dir) => readFile(join(dir, 'objects', key))),
      );
      expect(restored?.equals(original ?? Buffer.of()), key).toBe(true);
    }
  });

  it('looks again at what a restore that was cut short has put', async () => {
    const place = await newPlace();
    const [[key = '', sizeBytes = 0] = []] = await filesIn(join(folder, 'objects'));
    const path = join(place.dataDir, 'objects', key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(sizeBytes, 'x'));
    const { code, out } = await secondLook(['restore', folder], place.env);
    expect(code).toBe(0);
    expect(out).toContain('Every object has its checksum.');
    expect(await readFile(path)).toEqual(await readFile(join(folder, 'objects', key)));
  });

  it('lets people sign in, watch and go on where they were', async () => {
    const [place] = places;
    if (!place) throw new Error('Nothing was restored.');
    const { address } = await startServerProcess(place, await freePort());
    const [before, after] = [
      await server.as('carys'),
      await signIn(address, server.place.emailOf('carys'), server.place.password),
    ];
    const path = `/api/recordings/${filled.id}`;
    expect(await after.get(path)).toEqual(await before.get(path));
    const notes = await after.get(`${path}/annotations`);
    expect(notes).toEqual(await before.get(`${path}/annotations`));
    expect(notes.items[0].body).toBe('Tabs\t, lines\nand \\ backslashes \\N');
    const segment = async (client: typeof after) => {
      const whole = await client.ask('GET', `${path}/media/main.m3u8`);
      const main = whole.headers.get('location') ?? '';
      const playlist = (await client.ask('GET', main)).text.match(/^[^#\s].*$/m)?.[0] ?? '';
      const inner = new URL(playlist, new URL(main, client.address));
      const text = (await client.ask('GET', inner.pathname)).text;
      const name = text.match(/^[^#\s].*$/m)?.[0] ?? '';
      const url = new URL(name, inner);
      const answer = await fetch(url, { headers: { cookie: client.cookie } });
      expect(answer.status).toBe(200);
      return Buffer.from(await answer.arrayBuffer());
    };
    const [original, restored] = [await segment(before), await segment(after)];
    expect(restored.length).toBeGreaterThan(1000);
    expect(restored.equals(original)).toBe(true);

    const amira = await signIn(address, server.place.emailOf('amira'), server.place.password);
    const { items } = await amira.get('/api/recordings?limit=100');
    const onItsWay = items.find((one: { title: string }) => one.title === 'On its way');
    expect(onItsWay.state).toBe('draft');
    const gone = await append(
      { ...amira, address },
      filled.upload,
      0,
      await filmBytes('silent.mp4'),
    );
    expect(gone.status).toBe(404);
  });
});

describe('what is made after an earlier backup was restored', () => {
  it('has no name that anything in the folder has', async () => {
    const earlier = await backUp();
    const again = ['reprocess', filled.id];
    expect(await secondLook(again, server.place.env)).toMatchObject({ code: 0 });
    await prepareNow(server, filled.id);
    await backUp();
    const taken = [...(await filesIn(join(folder, 'objects'))).keys()];

    const place = await newPlace();
    const words = ['restore', folder, '--backup', earlier];
    expect(await secondLook(words, place.env)).toMatchObject({ code: 0 });
    const restored = await filesIn(join(place.dataDir, 'objects'));
    const counted = 'select id, attempt - reopened_after as tries from processing_step order by id';
    const tries = await ask(place.adminUrl, counted);
    expect(tries.every((step) => step.tries >= 0 && step.tries < 10)).toBe(true);
    expect(await secondLook(again, place.env)).toMatchObject({ code: 0 });
    startWorkers(place);
    const state = `select state from recording where id = '${filled.id}'`;
    await until(async () => (await ask(place.adminUrl, state))[0]?.state === 'ready');
    const now = [...(await filesIn(join(place.dataDir, 'objects'))).keys()];
    const made = now.filter((key) => !restored.has(key) && !key.endsWith('.part'));
    expect(made.length).toBeGreaterThan(1);
    expect(made.filter((key) => taken.includes(key))).toEqual([]);
  });

  /** @returns the backup's name */
  async function backUp(): Promise<string> {
    expect(await secondLook(['backup', folder], server.place.env)).toMatchObject({ code: 0 });
    return (
      (await readdir(folder))
        .filter((name) => name.endsWith('Z'))
        .sort()
        .at(-1) ?? ''
    );
  }
});

describe('as whoever may make roles and owns the database, and no more', () => {
  it('takes a database that was migrated and has no rows, and refuses one with rows', async () => {
    expect(await secondLook(['backup', folder], server.place.env)).toMatchObject({ code: 0 });
    const own = await startTemporaryPostgres();
    const place = await newPlace();
    try {
      await ask(own.adminUrl, "create role keeper login createrole password 'keeper'");
      await ask(own.adminUrl, 'create database kept owner keeper template template0');
      const keeper = new URL(withDatabase(own.adminUrl, 'kept'));
      keeper.username = 'keeper';
      keeper.password = 'keeper';
      const env = {
        ...place.env,
        DATABASE_URL: `postgres://${keeper.host}/kept`,
        MIGRATOR_DATABASE_URL: keeper.href,
      };
      // As one that was cut short leaves it: tables without rows, and some of the objects.
      expect(await secondLook(['migrate'], env)).toMatchObject({ code: 0, errors: '' });
      const [[key = ''] = []] = await filesIn(join(folder, 'objects'));
      const path = join(place.dataDir, 'objects', key);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(join(folder, 'objects', key), path);
      const restored = await secondLook(['restore', folder], env);
      expect(restored).toMatchObject({ code: 0, errors: '' });
      expect(restored.out).toContain('Every object has its checksum.');
      const full = await secondLook(['restore', folder], env);
      expect(full).toMatchObject({ code: 1, out: '' });
      expect(full.errors).toMatch(/^The database is not empty .*\n$/);
    } finally {
      await own.stop();
    }
  });
});

describe('one sentence, and nothing is touched', () => {
  const refusal = async (words: string[], env: Record<string, string>) => {
    const { code, out, errors } = await secondLook(words, env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    return errors;
  };

  it('where there is no finished backup', async () => {
    const nothing = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
    const place = await newPlace();
    expect(await refusal(['restore', nothing], place.env)).toContain('no finished backup');
    await rm(nothing, { recursive: true });
    const unknown = ['restore', folder, '--backup', '2020-01-01T00-00-00-000Z'];
    expect(await refusal(unknown, place.env)).toContain('choose from 20');
  });

  it('where the database or the store is not empty', async () => {
    const { env, database } = server.place;
    const full = { ...env, MIGRATOR_DATABASE_URL: database.adminUrl };
    expect(await refusal(['restore', folder], full)).toContain('Servers or workers are connected');
    const place = await newPlace();
    await ask(place.adminUrl, 'create table somebody_elses (id int)');
    expect(await refusal(['restore', folder], place.env)).toContain('tables of something else');
    await ask(place.adminUrl, 'drop table somebody_elses');
    const elsewhere = { ...place.env, DATA_DIR: server.place.dataDir };
    // Every object there is one of the backup: the store of a restore that was cut short.
    const { code } = await secondLook(['restore', folder], elsewhere);
    expect(code).toBe(0);
    expect(await refusal(['restore', folder], elsewhere)).toContain('The database is not empty');
  });
});
