import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readConfig } from '@second-look/infra/config';
import { openStore } from '@second-look/infra/object-store/open';
import { migrate, migrationFiles } from '@second-look/migrations/migrate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newDataDir, startSupervisor, unusedPort } from '../launcher/supervisor.ts';
import { signIn } from '../world/client.ts';
import { startS3 } from '../world/s3.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { ask, countRows, type EmptyPlace, filesIn, fillWithWork, openEmptyPlace } from './place.ts';
import { secondLook } from './second-look.ts';

let server: TestServer;
let folder: string;
let id: string;
const made: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  folder = await newFolder();
  ({ id } = await fillWithWork(server));
  expect(await secondLook(['backup', folder], server.place.env)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server.stop();
  for (const remove of made) await remove();
});

async function newFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
  made.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function newPlace(): Promise<EmptyPlace> {
  const place = await openEmptyPlace();
  made.push(place.remove);
  return place;
}

/** A copy of the folder, for harm to be done to. @returns it, and the one backup in it */
async function copyOfBackup() {
  const copy = await newFolder();
  await cp(folder, copy, { recursive: true });
  const [name = ''] = (await readdir(copy)).filter((entry) => entry.endsWith('Z'));
  return { copy, backup: join(copy, name), name };
}

/** Turns one bit round. */
async function harm(path: string) {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
  await writeFile(path, bytes);
}

const tablesIn = ({ adminUrl }: EmptyPlace) =>
  ask(adminUrl, "select from pg_tables where schemaname in ('public', 'auth')");

describe('a store of another kind', () => {
  it('holds every byte afterwards, and can be backed up into the same folder', async () => {
    const s3 = await startS3();
    try {
      const place = await newPlace();
      const env = { ...place.env, ...s3.env };
      const { code, out } = await secondLook(['restore', folder], env);
      expect(code).toBe(0);
      expect(out).toContain('Every object has its checksum.');
      const store = await openStore(readConfig(env), () => {});
      const originals = await filesIn(join(folder, 'objects'));
      expect(originals.size).toBe(7);
      for (const key of originals.keys()) {
        const there = await buffer(await store.read(key));
        expect(there.equals(await readFile(join(server.place.dataDir, 'objects', key)))).toBe(true);
      }
      const { copy } = await copyOfBackup();
      const again = await secondLook(['backup', copy], env);
      expect(again).toMatchObject({ code: 0 });
      expect(again.out).toContain('7 objects');
      expect(again.out).toContain('of which 0 (0 bytes) were copied now');

      const elsewhere = await newFolder();
      const whole = await secondLook(['backup', elsewhere], env);
      expect(whole.out).toContain('of which 7 (');
      expect(await filesIn(join(elsewhere, 'objects'))).toEqual(originals);
      expect((await secondLook(['check'], env)).out).toContain('All is well');
      const key = [...originals.keys()].find((one) => one.includes(`${id}/cuts/`)) ?? '';
      await store.delete(key);
      const check = await secondLook(['check'], env);
      expect(check.code).toBe(1);
      expect(check.out).toContain('Pictures or sound are missing of 1 recording');
      const mended = await secondLook(['check', '--mend', '--from', copy], env);
      expect(mended).toMatchObject({ code: 0, errors: '' });
      expect(mended.out).toContain('1 object.\nAll is well');
      const back = await buffer(await store.read(key));
      expect(back.equals(await readFile(join(folder, 'objects', key)))).toBe(true);
    } finally {
      await s3.close();
    }
  });
});

describe('a damaged backup', () => {
  it('is found, and an object of it keeps nothing else from being restored', async () => {
    const { copy } = await copyOfBackup();
    const whole = await secondLook(['restore', copy, '--verify']);
    expect(whole).toMatchObject({ code: 0, errors: '' });
    expect(whole.out).toContain('every checksum is right');
    const keys = [...(await filesIn(join(copy, 'objects'))).keys()];
    const source = keys.find((key) => key.includes(`${id}/source/`)) ?? '';
    await harm(join(copy, 'objects', source));
    const found = await secondLook(['restore', copy, '--verify']);
    expect(found.code).toBe(1);
    expect(found.out).toContain(`1 object (${source})`);

    const place = await newPlace();
    const restored = await secondLook(['restore', copy], place.env);
    expect(restored.code).toBe(1);
    expect(restored.out).toContain(`1 object (${source})`);
    const there = [...(await filesIn(join(place.dataDir, 'objects'))).keys()];
    expect(there.sort()).toEqual(keys.filter((key) => key !== source).sort());
    // While it is prepared again, too: that makes nothing anew of what was uploaded.
    for (const words of [['steps'], ['reprocess', '--all']]) {
      await secondLook(words, place.env);
      const check = await secondLook(['check'], place.env);
      expect(check.code).toBe(1);
      expect(check.out).toContain('missing of 1 recording that can still be watched');
    }
  });

  it.each([
    ['rows', 'rows/public.annotation.copy'],
    ['a list of objects', 'objects.tsv'],
    ['a manifest', 'manifest.json'],
  ])('restores nothing where %s cannot be trusted', async (_, file) => {
    const { copy, backup } = await copyOfBackup();
    await harm(join(backup, file));
    const place = await newPlace();
    const { code, out, errors } = await secondLook(['restore', copy], place.env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(/damaged.*--backup/);
    expect(await tablesIn(place)).toEqual([]);
    expect(await readdir(place.dataDir)).not.toContain('recordings');
  });
});

describe('another release', () => {
  it('that is later takes the backup of an earlier one and brings it to its own shape', async () => {
    const old = await newPlace();
    // The fourth came after the fifth.
    const files = (await migrationFiles()).filter((_, index) => index < 3 || index === 4);
    await migrate({ adminUrl: old.adminUrl, secret: old.env.SECRET ?? '' }, { files });
    await ask(
      old.adminUrl,
      `insert into auth."user" (id, name, email) values (gen_random_uuid(), 'Amira', 'amira@old.test');
       insert into recording (id, owner_id, client_id, title)
         select gen_random_uuid(), id, gen_random_uuid(), 'An old lesson' from auth."user"`,
    );
    const into = await newFolder();
    expect(await secondLook(['backup', into], old.env)).toMatchObject({ code: 0 });
    const place = await newPlace();
    // Made ready by the later release, as its containers do, and never used.
    await migrate({ adminUrl: place.adminUrl, secret: place.env.SECRET ?? '' });
    const { code, out } = await secondLook(['restore', into], place.env);
    expect(code).toBe(0);
    expect(out).toContain('Brought to this release by 0004_growing_objects.sql, 0006_');
    expect(await countRows(place.adminUrl)).toMatchObject({
      'auth.user': 1,
      'public.recording': 1,
      'public.principal': 1,
    });
    const applied = await ask(place.adminUrl, 'select name from migration.applied order by name');
    expect(applied.map(({ name }) => name)).toEqual(await migrationFiles());
    const [forced] = await ask<{ all: boolean }>(
      place.adminUrl,
      `select bool_and(relrowsecurity and relforcerowsecurity) as all from pg_class
       where relkind = 'r' and relnamespace in ('public'::regnamespace, 'auth'::regnamespace)`,
    );
    expect(forced).toEqual({ all: true });
    const asleep = await ask(
      place.adminUrl,
      "select from pg_trigger where tgenabled <> 'O' and not tgisinternal",
    );
    expect(asleep).toEqual([]);
  });

  it.each([
    [
      'by a migration',
      (manifest: { migrations: string[] }) => manifest.migrations.push('9999_x.sql'),
      /^The backup .* needs a newer release: .* migrated by 9999_x\.sql, .*\n$/,
    ],
    [
      'by its format',
      (manifest: { format?: number }) => (manifest.format = 2),
      /was made by a newer release.*\n$/,
    ],
  ])('that is earlier, told %s, refuses the backup of a later one', async (_, change, sentence) => {
    const { copy, backup } = await copyOfBackup();
    const manifest = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8'));
    change(manifest);
    await writeFile(join(backup, 'manifest.json'), JSON.stringify(manifest));
    const place = await newPlace();
    const { code, out, errors } = await secondLook(['restore', copy], place.env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(sentence);
    expect(await tablesIn(place)).toEqual([]);
  });
});

it('refuses a PostgreSQL whose logins were made with another SECRET', async () => {
  const place = await newPlace();
  const SECRET = 'a secret that these logins were not made with';
  const { code, out, errors } = await secondLook(['restore', folder], { ...place.env, SECRET });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(errors).toContain('made with another SECRET');
  expect(errors).not.toContain(SECRET);
  expect((await secondLook(['queue'], server.place.env)).code, 'nothing was changed').toBe(0);
});

describe('the embedded database', () => {
  afterEach(cleanUp);

  it('takes a backup into an empty data folder, and gives one, running or not', async () => {
    const DATA_DIR = newDataDir({ isEmpty: true });
    const restored = await secondLook(['restore', folder], { DATA_DIR });
    expect(restored).toMatchObject({ code: 0 });
    const PORT = await unusedPort();
    const product = startSupervisor({ DATA_DIR, PORT });
    await product.says('Second Look is ready');
    const address = `http://127.0.0.1:${PORT}`;
    const { emailOf, password } = server.place;
    const amira = await signIn(address, emailOf('amira'), password);
    expect((await amira.get(`/api/recordings/${id}`)).title).toBe('Fractions, é and "quotes"');

    const full = await secondLook(['restore', folder], { DATA_DIR });
    expect(full).toMatchObject({ code: 1, out: '' });
    expect(full.errors).toContain('Servers or workers are connected');
    const into = await newFolder();
    expect(await secondLook(['backup', into], { DATA_DIR })).toMatchObject({ code: 0, errors: '' });
    product.child.kill('SIGTERM');
    expect(await product.ended).toBe(0);
    const stopped = await secondLook(['backup', into], { DATA_DIR });
    expect(stopped).toMatchObject({ code: 0 });
    expect(stopped.out).toContain('of which 0 (');
    const again = newDataDir({ isEmpty: true });
    expect(await secondLook(['restore', into], { DATA_DIR: again })).toMatchObject({ code: 0 });
  });
});
