import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readConfig } from '@second-look/infra/config';
import { deletionLock } from '@second-look/infra/database/deletion';
import type { ObjectStore } from '@second-look/infra/object-store';
import { sweepOnce } from '@second-look/workers/sweep';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim } from '../../infra/embedded/claim.ts';
import { takeBackup } from '../../server/src/operate/backups/take.ts';
import { lesson, openWorkshop, prepareNow, until } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { ask, countRows, filesIn, fillWithWork, openEmptyPlace } from './place.ts';
import { secondLook, startSecondLook } from './second-look.ts';

let server: TestServer;
let env: Record<string, string>;
let folder: string;
let id: string;
beforeAll(async () => {
  server = await startServer();
  env = server.place.env;
  folder = await newFolder();
  ({ id } = await fillWithWork(server));
});
afterAll(async () => {
  await server.stop();
  for (const one of folders) await rm(one, { recursive: true, force: true });
});

/** The file, its poster, its small pictures, the film as it was filmed, and two rungs. */
const ofLesson = 6;

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
  folders.push(made);
  return made;
}

const admin = () => server.place.database.adminUrl;
const objects = () => join(server.place.dataDir, 'objects');

async function backUp(into = folder) {
  const { code, out, errors } = await secondLook(['backup', into], env);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return out;
}

const taken = (store: ObjectStore, into: string) =>
  takeBackup(readConfig(env), store, into, async (backup) => backup);

async function backupsIn(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => name.startsWith('20')).sort();
}

describe('a backup', () => {
  it('holds every row but those that pass, and is for its owner’s eyes', async () => {
    await backUp();
    const [name = ''] = await backupsIn(folder);
    const manifest = JSON.parse(await readFile(join(folder, name, 'manifest.json'), 'utf8'));
    const counts = await countRows(admin());
    const passing = ['session', 'verification', 'rate_limit', 'failed_sign_in'];
    for (const table of [...passing.map((one) => `auth.${one}`), 'public.worker'])
      delete counts[table];
    const written = manifest.tables.map((table: { schema: string; name: string; rows: number }) => [
      `${table.schema}.${table.name}`,
      table.rows,
    ]);
    expect(Object.fromEntries(written)).toEqual(counts);
    expect(manifest.objects).toMatchObject({ missing: 0, damaged: 0 });

    const [session] = await ask<{ token: string }>(admin(), 'select token from auth.session');
    for (const [path] of await filesIn(join(folder, name))) {
      const text = await readFile(join(folder, name, path), 'utf8');
      for (const secret of [session?.token ?? 'none', server.place.database.secret])
        expect(text, path).not.toContain(secret);
    }
    for (const entry of await readdir(folder, { recursive: true })) {
      const { mode } = await stat(join(folder, entry));
      expect(mode & 0o077, entry).toBe(0);
    }
  });

  it('copies only what is new the second time', async () => {
    const into = await newFolder();
    expect(await backUp(into)).toContain(`of which ${ofLesson + 1} (`);
    const before = await filesIn(join(into, 'objects'));
    expect(await backUp(into)).toContain('of which 0 (0 bytes)');
    await lesson(server, await server.as('ben'), 'New');
    expect(await backUp(into)).toContain(`of which ${ofLesson} (`);
    const after = await filesIn(join(into, 'objects'));
    expect(after.size).toBe(before.size + ofLesson);
    expect(await backupsIn(into)).toHaveLength(3);
  });

  it('counts also where one was taken right before', async () => {
    const into = await newFolder();
    const before = await taken(server.store, into);
    const after = await taken(server.store, into);
    expect(await backupsIn(into)).toEqual([before, after].map(({ path }) => basename(path)));
  });

  it('refuses to be older than one that is there: a clock was wrong, and the newest would go first', async () => {
    const into = await newFolder();
    await backUp(into);
    const [name = ''] = await backupsIn(into);
    const ahead = `${Number(name.slice(0, 4)) + 1}${name.slice(4)}`;
    await rename(join(into, name), join(into, ahead));
    const { code, out, errors } = await secondLook(['backup', into, '--keep', '1'], env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(new RegExp(`^The newest backup in .* is named ${ahead}, .*\\n$`));
    await rename(join(into, ahead), join(into, name));
    expect((await secondLook(['backup', into, '--keep', '1'], env)).code).toBe(0);
    expect(await backupsIn(into)).not.toContain(name);
  });

  it('lets go of older ones when told how many stay, and of what only they had', async () => {
    const into = await newFolder();
    const gone = await lesson(server, await server.as('ben'), 'To be deleted');
    await backUp(into);
    const before = await filesIn(join(into, 'objects'));
    await ask(admin(), `delete from recording where id = '${gone}'`);
    await server.store.deleteAll(`recordings/${gone}/`);
    await backUp(into);
    expect(await filesIn(join(into, 'objects'))).toEqual(before);
    expect(await secondLook(['backup', into, '--keep', '0'], env)).toMatchObject({ code: 2 });
    const { code, out } = await secondLook(['backup', into, '--keep', '2'], env);
    expect(code).toBe(0);
    expect(out).toContain(`Let go of 1 older backup and ${ofLesson} objects (`);
    expect(await backupsIn(into)).toHaveLength(2);
    const after = [...(await filesIn(join(into, 'objects'))).keys()];
    expect(after.sort()).toEqual([...before.keys()].filter((key) => !key.includes(gone)).sort());
    expect(await secondLook(['restore', into, '--verify'])).toMatchObject({ code: 0 });
  });

  it('lets go while no other backup of the database can begin, on whatever machine', async () => {
    const into = await newFolder();
    await backUp(into);
    await backUp(into);
    const [first = ''] = await backupsIn(into);
    const list = join(into, first, 'objects.tsv');
    const written = await readFile(list);
    await rename(list, `${list}-aside`);
    // Here it stands still until somebody writes into the pipe.
    expect(spawnSync('mkfifo', [list]).status).toBe(0);
    const { child, ended } = startSecondLook(['backup', into, '--keep', '3'], env);
    try {
      await once(child.stdout ?? child, 'data');
      const [free] = await ask<{ is: boolean }>(
        admin(),
        `select pg_try_advisory_xact_lock_shared(hashtext('${deletionLock}')) as is`,
      );
      expect(free?.is).toBe(false);
      const pipe = await open(list, 'w');
      await rename(`${list}-aside`, list);
      await pipe.writeFile(written);
      await pipe.close();
      expect(await ended).toMatchObject({ code: 0, errors: '' });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is recognised where it was cut short, and the next one goes on with it', async () => {
    const into = await newFolder();
    // Reading a pipe that nobody fills waits for ever: here the backup stands still, and is killed.
    const files = await filesIn(objects());
    const last = [...files.keys()].sort().at(-1) ?? '';
    await rename(join(objects(), last), join(objects(), `${last}-aside`));
    const makePipe = ['-c', 'mkfifo "$1"', 'sh', join(objects(), last)];
    expect(spawnSync('/bin/sh', makePipe).status).toBe(0);
    const backup = startSecondLook(['backup', into], env);
    const copied = () => filesIn(join(into, 'objects')).catch(() => new Map());
    await until(async () => (await copied()).size >= files.size - 1);
    backup.child.kill('SIGKILL');
    await backup.ended;
    await rm(join(objects(), last));
    await rename(join(objects(), `${last}-aside`), join(objects(), last));

    expect(await backupsIn(into)).toEqual([expect.stringMatching(/\.unfinished$/)]);
    const place = await openEmptyPlace();
    const restored = await secondLook(['restore', into], place.env);
    expect(restored).toMatchObject({ code: 1, out: '' });
    expect(restored.errors).toContain('no finished backup');
    await place.remove();
    await writeFile(join(into, 'objects', 'half.part'), 'half');
    expect(await backUp(into)).toContain('of which 1 (');
    expect(await backupsIn(into)).toEqual([expect.stringMatching(/Z$/)]);
    expect(existsSync(join(into, 'objects', 'half.part'))).toBe(false);
  });

  it.for([
    ['the rows', '96k'],
    ['the objects', '384k'],
  ] as const)(
    'says so where there is no room for %s, and goes on when there is',
    async ([, size], context) => {
      const into = await newFolder();
      const mount = (...words: string[]) => spawnSync('mount', [...words, into]).status === 0;
      if (process.getuid?.() !== 0 || !mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs'))
        return context.skip('needs the right to mount a small disk');
      try {
        const { code, out, errors } = await secondLook(['backup', into], env);
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(errors).toMatch(/^There is no room left in .*\n$/);
        expect(mount('-o', 'remount,size=64m')).toBe(true);
        await backUp(into);
      } finally {
        spawnSync('umount', [into]);
      }
    },
  );

  it('says so where nothing may be written', async (context) => {
    const into = await newFolder();
    // Whom no permission keeps out, a disk does that takes no writing.
    const mount = ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', into];
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) await chmod(into, 0o500);
    else if (spawnSync('mount', mount).status !== 0)
      return context.skip('needs the right to mount a disk');
    try {
      const { code, out, errors } = await secondLook(['backup', into], env);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(errors).toMatch(/^The folder .* cannot be written \(E\w+\): it must belong to .*\n$/);
      expect(errors).toContain(into);
    } finally {
      if (isRoot) spawnSync('umount', [into]);
    }
  });

  it('ends also where the disk is full in the middle of a table that comes in many pieces', async (context) => {
    const into = await newFolder();
    const mount = (...words: string[]) => spawnSync('mount', [...words, into]).status === 0;
    if (process.getuid?.() !== 0 || !mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs'))
      return context.skip('needs the right to mount a small disk');
    try {
      await ask(admin(), `update processing_step set error_log = repeat('long ', 2000000)`);
      const { code, errors } = await secondLook(['backup', into], env);
      expect(code).toBe(1);
      expect(errors).toMatch(/^There is no room left in .*\n$/);
    } finally {
      await ask(admin(), 'update processing_step set error_log = null');
      spawnSync('umount', [into]);
    }
  });

  it('says at once which release its restore will need, where a later one was here', async () => {
    const later = '9999_of_the_next_release.sql';
    await ask(admin(), `insert into migration.applied (name) values ('${later}')`);
    const out = await backUp(await newFolder());
    await ask(admin(), `delete from migration.applied where name = '${later}'`);
    expect(out).toMatch(new RegExp(`^The database is ahead of this release, .* ${later}: only .*`));
  });

  it('refuses the data folder, and a second one at once', async () => {
    const inside = await secondLook(['backup', join(server.place.dataDir, 'backup')], env);
    expect(inside).toMatchObject({ code: 1, out: '' });
    expect(inside.errors).toContain('inside the data folder');
    const into = await newFolder();
    const held = await claim(into, [], 'command');
    const second = await secondLook(['backup', into], env);
    held.release();
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.errors).toContain(`A second-look command is at work on ${into}`);
    await backUp(into);
  });

  it('refuses a table that its owner could not read, rather than leave it out', async () => {
    await ask(
      admin(),
      `create table hidden (id int primary key);
       alter table hidden owner to second_look_owner;
       alter table hidden enable row level security; alter table hidden force row level security`,
    );
    const { code, errors } = await secondLook(['backup', await newFolder()], env);
    await ask(admin(), 'drop table hidden');
    expect(code).toBe(1);
    expect(errors).toContain('may not read public.hidden');
  });

  it('tells what the store lacks or holds damaged, and is finished nevertheless', async () => {
    const into = await newFolder();
    const [source] = await ask<{ object_key: string }>(
      admin(),
      `select object_key from source where recording_id = '${id}'`,
    );
    const [poster] = await ask<{ poster_key: string }>(
      admin(),
      `select poster_key from cut where recording_id = '${id}'`,
    );
    const [sourcePath, posterPath] = [source?.object_key, poster?.poster_key].map((key) =>
      join(objects(), key ?? ''),
    );
    if (!sourcePath || !posterPath) throw new Error('There is no lesson.');
    const bytes = await readFile(sourcePath);
    await writeFile(sourcePath, Buffer.from(bytes).fill(0, 100, 200));
    await rename(posterPath, `${posterPath}-aside`);
    const { code, out } = await secondLook(['backup', into], env);
    await writeFile(sourcePath, bytes);
    await rename(`${posterPath}-aside`, posterPath);
    expect(code).toBe(1);
    expect(out).toContain('lacks 1 object that rows name, and holds 1 damaged one');
    expect(await backupsIn(into)).toEqual([expect.stringMatching(/Z$/)]);
    expect(await backUp(into)).toContain('of which 2 (');
  });

  it('tells what the store has lost since, and keeps the copies that it has', async () => {
    const into = await newFolder();
    await backUp(into);
    const [lesson] = await ask<{ source: string; poster: string }>(
      admin(),
      `select s.object_key as source, c.poster_key as poster
       from source s join cut c using (recording_id) where s.recording_id = '${id}'`,
    );
    const paths = [lesson?.source, lesson?.poster].map((key) => join(objects(), key ?? ''));
    for (const path of paths) await rename(path, `${path}-aside`);
    const { code, out } = await secondLook(['backup', into], env);
    for (const path of paths) await rename(`${path}-aside`, path);
    expect(code).toBe(1);
    expect(out).toContain('lacks 2 objects that rows name, and holds 0 damaged ones');
    const verified = await secondLook(['restore', into, '--verify']);
    expect(verified.code, 'the backup has them').toBe(0);
    const copied = await filesIn(join(into, 'objects'));
    expect(verified.out).toContain(`${copied.size} objects`);
  });

  it('begins without what the newest backup knows, where its list is not what it was', async () => {
    const into = await newFolder();
    await backUp(into);
    const copied = await filesIn(join(into, 'objects'));
    const [first = ''] = await backupsIn(into);
    await rm(join(into, first, 'objects.tsv'));
    expect(await backUp(into)).toContain('of which 0 (');
    const [, second = ''] = await backupsIn(into);
    const list = join(into, second, 'objects.tsv');
    const whole = await readFile(list, 'utf8');
    await writeFile(list, whole.replaceAll(/[0-9a-f]{64}/g, '0'.repeat(64)));
    expect(await backUp(into)).toContain('of which 0 (');
    expect((await secondLook(['restore', into, '--verify'])).code).toBe(0);
    const kept = await secondLook(['backup', into, '--keep', '3'], env);
    expect(kept.code).toBe(1);
    expect(kept.errors).toContain(
      `the list of objects of the backup ${second} is missing or damaged`,
    );
    expect(await filesIn(join(into, 'objects')), 'nothing was let go of').toEqual(copied);
    expect((await secondLook(['backup', into, '--keep', '1'], env)).code).toBe(0);
  });

  it('keeps the copy that it has of what the store holds cut short by now', async () => {
    const into = await newFolder();
    await backUp(into);
    const [poster] = await ask<{ key: string }>(
      admin(),
      `select poster_key as key from cut where recording_id = '${id}'`,
    );
    const path = join(objects(), poster?.key ?? '');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 100));
    const { code, out } = await secondLook(['backup', into], env);
    await writeFile(path, bytes);
    expect(code).toBe(1);
    expect(out).toContain('holds 1 damaged one');
    expect(await readFile(join(into, 'objects', poster?.key ?? ''))).toEqual(bytes);
  });
});

describe('deleting for good, while a backup is taken', () => {
  /** The store, with the first reading of an object held up until it is let go. */
  function heldUp(store: ObjectStore) {
    const reached = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const pieces: ObjectStore['pieces'] = async function* (key) {
      reached.resolve();
      await letGo.promise;
      yield* store.pieces(key);
    };
    return { store: { ...store, pieces }, reached: reached.promise, letGo: letGo.resolve };
  }

  it('waits for its end, so that it has what its rows name', async () => {
    const into = await newFolder();
    const amira = await server.as('amira');
    const [trashed, again] = [await lesson(server, amira), await lesson(server, amira)];
    const held = heldUp(server.store);
    const taking = taken(held.store, into);
    await held.reached;

    await ask(
      admin(),
      `update recording set deleted_at = now() - interval '31 days' where id = '${trashed}'`,
    );
    await secondLook(['reprocess', again], env);
    const workshop = await openWorkshop(server);
    const before = await filesIn(objects());
    await sweepOnce(workshop, server.queue);
    await prepareNow(server, again);
    const during = await filesIn(objects());
    for (const path of before.keys()) expect([...during.keys()]).toContain(path);
    expect(await ask(admin(), `select from recording where id = '${trashed}'`)).toHaveLength(1);

    held.letGo();
    const { objects: copied } = await taking;
    expect(copied.missing).toBe(0);
    await sweepOnce(workshop, server.queue);
    expect(await ask(admin(), `select from recording where id = '${trashed}'`)).toHaveLength(0);
    const after = [...(await filesIn(objects())).keys()];
    expect(after.filter((path) => path.includes(trashed))).toEqual([]);
    const kept = [...(await filesIn(join(into, 'objects'))).keys()];
    expect(kept.filter((path) => path.includes(trashed))).toHaveLength(ofLesson);
    expect(kept.filter((path) => path.includes(again))).toHaveLength(ofLesson);
  });
});
