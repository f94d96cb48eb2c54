import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../server/src/operate/commands.ts';
import { cleanUp, newDataDir, startSupervisor, unusedPort } from '../launcher/supervisor.ts';
import { openPlace, type TestPlace } from '../world/server.ts';
import { openEmptyPlace } from './place.ts';
import { secondLook } from './second-look.ts';

describe('how it is called', () => {
  it('lists every command, and says more about each', async () => {
    const list = await secondLook(['help']);
    expect(list).toMatchObject({ code: 0, errors: '' });
    const names = [...list.out.matchAll(/^ {2}(\w+(?: create)?) /gm)].map(([, name = '']) => name);
    expect(names).toEqual(expect.arrayContaining(['migrate', 'queue']));
    expect(names.sort()).toEqual([...Object.keys(commands), 'help'].sort());
    for (const name of ['queue', 'admin create']) {
      const more = await secondLook([...name.split(' '), '--help']);
      expect(more).toMatchObject({ code: 0, errors: '' });
      expect(more.out).toMatch(new RegExp(`^second-look ${name}`));
    }
    expect(await secondLook(['help', 'queue'])).toEqual(await secondLook(['queue', '--help']));
  });

  it.each(['migrate', 'backup', 'restore'])(
    'starts %s without what it does not need',
    async (name) => {
      const refuse = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(specifier, context, next) {
        if (/^(drizzle-orm|bullmq|better-auth)/.test(specifier)) throw new Error(specifier + ' was loaded');
        return next(specifier, context);
      } });`;
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(refuse)}`;
      const { code, errors } = await secondLook([name, '--help'], { NODE_OPTIONS });
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect((await secondLook(['queue', '--help'], { NODE_OPTIONS })).errors).toContain(
        'was loaded',
      );
    },
  );

  it.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['toString'], 'There is no command "toString"'],
    [['queue', '--nonsense'], "Unknown option '--nonsense'"],
    [['queue', 'now'], 'It is called as: second-look queue'],
  ])('answers %j with one sentence, and 2', async (words, sentence) => {
    const { code, out, errors } = await secondLook(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toContain(sentence);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('with engines of one’s own', () => {
  let place: TestPlace;
  beforeAll(async () => {
    place = await openPlace();
  });
  afterAll(() => place.remove());

  it('migrates as whoever may make roles, and needs to be told who that is', async () => {
    const { database, env } = place;
    const told = { ...env, MIGRATOR_DATABASE_URL: database.adminUrl };
    expect(await secondLook(['migrate'], told)).toEqual({
      code: 0,
      out: 'The database is up to date.\n',
      errors: '',
    });
    const untold = await secondLook(['migrate'], env);
    expect(untold.code).toBe(1);
    expect(untold.errors).toContain('MIGRATOR_DATABASE_URL');
    for (const [changes, sentence] of [
      [{ MIGRATOR_DATABASE_URL: 'db.school.example' }, /^MIGRATOR_DATABASE_URL must be an address/],
      [{ DATABASE_URL: `${env.DATABASE_URL}_2` }, /^DATABASE_URL and .* name different databases/],
    ] as const) {
      const refused = await secondLook(['migrate'], { ...told, ...changes });
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.errors).toMatch(sentence);
    }
  });

  it('says in one sentence what keeps it from the database, and no secret', async () => {
    const { env } = place;
    const SECRET = 'another secret, which the logins were not made with';
    const refused = await secondLook(['queue'], { ...env, SECRET });
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.errors).toMatch(/^The database .* cannot be used, the password .*\n$/);
    const DATABASE_URL = `postgres://127.0.0.1:${await unusedPort()}/nothing`;
    const absent = await secondLook(['queue'], { ...env, DATABASE_URL });
    expect(absent).toMatchObject({ code: 1, out: '' });
    expect(absent.errors).toMatch(/^The database .* cannot be used, nothing answers there.*\n$/);
  });

  it.each([
    ['queue'],
    ['steps'],
    ['check'],
    ['reprocess', '--all'],
    ['backup', '/nowhere'],
    ['admin', 'create'],
  ])('says of a database that was never migrated what to do first, to %s', async (...words) => {
    const bare = await openEmptyPlace();
    const { code, out, errors } = await secondLook(words, bare.env);
    await bare.remove();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(
      /^The database is not in the shape .* \(0001_.* missing\): run `second-look migrate` first\.\n$/,
    );
  });

  it('blames the database for nothing that Redis or the store does', async () => {
    const at = `127.0.0.1:${await unusedPort()}`;
    const refused = await secondLook(['queue'], { ...place.env, REDIS_URL: `redis://${at}` });
    expect(refused.code).toBe(1);
    expect(refused.errors).toBe(
      `Redis at ${at} cannot be used, nothing answers there: start Redis, or mend REDIS_URL.\n`,
    );
    const store = { S3_BUCKET: 'lessons', S3_ENDPOINT: `http://${at}` };
    const keys = { S3_ACCESS_KEY_ID: 'any', S3_SECRET_ACCESS_KEY: 'any' };
    const env = { ...place.env, ...store, ...keys };
    const folder = join(tmpdir(), `second-look-no-backup-${process.pid}`);
    const asked = [['check'], ['backup', folder]].map((words) => secondLook(words, env));
    for (const { code, out, errors } of await Promise.all(asked)) {
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(errors).toMatch(/^The store at http:\/\/127\.0\.0\.1:\d+ cannot be reached .*\n$/);
    }
    await rm(folder, { recursive: true });
  });

  it('counts the processing steps by their state', async () => {
    const admin = place.database.as('admin').pool;
    await admin.query(
      `with r as (
         insert into recording (id, owner_id, client_id, title)
         select gen_random_uuid(), (select id from auth."user" limit 1), gen_random_uuid(), 'x'
         from generate_series(1, 3) returning id),
       c as (insert into cut (id, recording_id) select gen_random_uuid(), id from r returning id, recording_id)
       insert into processing_step (id, recording_id, cut_id, kind, state)
       select gen_random_uuid(), recording_id, id, 'prepare',
         case row_number() over () when 1 then 'failed' else 'pending' end from c`,
    );
    const { code, out } = await secondLook(['queue'], place.env);
    expect(code).toBe(0);
    expect(out).toBe(
      'steps: 2 pending, 0 running, 0 done, 1 failed\n' +
        'queue on PostgreSQL: 0 waiting, 0 active, 0 delayed\n' +
        'workers connected: 0\n',
    );
  });
});

describe('with the embedded database', () => {
  afterEach(cleanUp);

  it('starts it for the time, and leaves nothing running', async () => {
    const DATA_DIR = newDataDir();
    const missing = await secondLook(['queue'], { DATA_DIR });
    expect(missing.code).toBe(1);
    expect(missing.errors).toContain(`There is no database in ${DATA_DIR}`);
    expect(existsSync(join(DATA_DIR, 'database'))).toBe(false);
    const made = await secondLook(['migrate'], { DATA_DIR });
    expect(made).toMatchObject({ code: 0, errors: '' });
    expect(made.out).toMatch(/^Applied 0001_tables\.sql, /);
    expect(existsSync(join(DATA_DIR, 'database/cluster/postmaster.pid'))).toBe(false);
    expect(existsSync(join(DATA_DIR, 'running.json'))).toBe(false);
    expect((await secondLook(['queue'], { DATA_DIR })).out).toMatch(/^steps: 0 pending, /);
  });

  it('works beside a product that runs', async () => {
    const DATA_DIR = newDataDir();
    const product = startSupervisor({ DATA_DIR, PORT: await unusedPort() });
    await product.says('Second Look is ready');
    const { code, out, errors } = await secondLook(['queue'], { DATA_DIR });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('workers connected: 1');
    product.child.kill('SIGTERM');
    expect(await product.ended).toBe(0);
  });
});
