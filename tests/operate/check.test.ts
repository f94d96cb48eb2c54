import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfig } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import { sweepOnce } from '@second-look/workers/sweep';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../../server/src/operate/checks/look.ts';
import {
  append,
  beginUpload,
  draft,
  filmBytes,
  lesson,
  openWorkshop,
  prepareNow,
  uploaded,
} from '../world/lesson.ts';
import { freePort } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { ask, fillWithWork, openEmptyPlace } from './place.ts';
import { secondLook } from './second-look.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await fillWithWork(server);
});
afterAll(() => server.stop());

const check = (...words: string[]) => secondLook(['check', ...words], server.place.env);
const pathOf = (key: string) => join(server.place.dataDir, 'objects', key);
const days = (count: number) => new Date(Date.now() - count * 86_400_000);
const rows = <T extends object>(question: string, ...values: unknown[]) =>
  ask<T & Record<string, unknown>>(server.place.database.adminUrl, question, values);

async function put(key: string, changedAt: Date) {
  await mkdir(dirname(pathOf(key)), { recursive: true });
  await writeFile(pathOf(key), 'nobody’s');
  await utimes(pathOf(key), changedAt, changedAt);
}

async function keysOf(id: string) {
  const [found] = await rows<{ source: string; poster: string; storyboard: string; made: string }>(
    `select s.object_key as source, c.poster_key as poster, c.storyboard_key as storyboard,
       k.object_key as made
     from source s join cut c using (recording_id)
     join rendition r on r.cut_id = c.id and r.attempt = c.published_attempt
     join rendition_chunk k on k.rendition_id = r.id where s.recording_id = $1`,
    id,
  );
  if (!found) throw new Error('There is no such lesson.');
  return found;
}

const stateOf = async (id: string) =>
  (await (await server.as('amira')).get(`/api/recordings/${id}`)).state;

describe('a check', () => {
  it('finds nothing where all is well, whatever is under way', async () => {
    const amira = await server.as('amira');
    const half = await beginUpload(amira, await draft(amira), 1_000);
    await append(amira, half, 0, Buffer.alloc(400));
    await rows(`update processing_step set state = 'running' where state = 'pending'`);
    const [step] = await rows<{ prefix: string }>(
      `select format('recordings/%s/cuts/%s/1', recording_id, cut_id) as prefix
       from processing_step where state = 'running'`,
    );
    // An attempt that has been at work for long, and an upload that rests.
    await put(`${step?.prefix}/video.mp4`, days(3));
    const { code, out, errors } = await check();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('All is well');
    expect(await check('--mend')).toMatchObject({ code: 0, out });
    expect(existsSync(pathOf(`${step?.prefix}/video.mp4`))).toBe(true);
  });

  it('removes what no row names and is a day old', async () => {
    const [old, young] = ['recordings/old/cuts/x/1/video.mp4', 'recordings/young/source/x'];
    await put(old, days(2));
    await put(young, days(0.5));
    const found = await check();
    expect(found.code).toBe(1);
    expect(found.out).toMatch(/No row names 1 object \(10 bytes\): --mend removes them/);
    expect(found.out).toContain('left alone: 1 object');
    expect([old, young].map((key) => existsSync(pathOf(key)))).toEqual([true, true]);
    expect(await check('--mend')).toMatchObject({ code: 0 });
    expect([old, young].map((key) => existsSync(pathOf(key)))).toEqual([false, true]);
    expect((await check()).code).toBe(0);
    await rm(pathOf(young));
  });

  it('removes what a killed process has half written', async () => {
    const half = 'recordings/old/source/x.51a0.part';
    await put(half, days(2));
    await put(`${half}.part`, days(0.5));
    expect((await check()).out).toContain('No row names 1 object (10 bytes)');
    expect((await check('--mend')).code).toBe(0);
    expect([half, `${half}.part`].map((key) => existsSync(pathOf(key)))).toEqual([false, true]);
    await rm(pathOf(`${half}.part`));
  });

  it('has prepared again what lost its pictures, and it can be watched again', async () => {
    const amira = await server.as('amira');
    const id = await lesson(server, amira, 'Without pictures');
    const { made, poster, storyboard } = await keysOf(id);
    for (const key of [made, poster, storyboard]) await rm(pathOf(key));
    const found = await check();
    expect(found.code).toBe(1);
    expect(found.out).toContain('Pictures or sound are missing of 1 recording');
    expect(found.out).not.toContain('Without pictures');
    expect(await stateOf(id)).toBe('ready');
    expect((await check('--mend')).code).toBe(0);
    expect(await stateOf(id)).toBe('processing');
    expect((await check()).code, 'it is being seen to').toBe(0);
    await prepareNow(server, id);
    expect(await stateOf(id)).toBe('ready');
    const again = await keysOf(id);
    expect(again.made).not.toBe(made);
    expect(existsSync(pathOf(again.made))).toBe(true);
    expect((await check()).out).toContain('All is well');
  });

  it('has prepared again what lost only the small pictures beside its film', async () => {
    const id = await lesson(server, await server.as('amira'));
    const { storyboard } = await keysOf(id);
    await rm(pathOf(storyboard));
    const { out } = await check('--mend');
    expect(out).toContain('missing of 1 recording');
    expect(out).not.toContain('another kind');
    await prepareNow(server, id);
    const again = await keysOf(id);
    expect(again.storyboard).not.toBe(storyboard);
    expect(existsSync(pathOf(again.storyboard))).toBe(true);
    expect((await check()).out).toContain('All is well');
  });

  it('tells the owner what is lost for good, and leaves what can still be watched', async () => {
    const amira = await server.as('amira');
    const watched = await lesson(server, amira);
    const { source, poster } = await keysOf(watched);
    const bytes = await readFile(pathOf(source));
    // Cut off: of another size than its row says.
    await writeFile(pathOf(source), bytes.subarray(0, 1000));
    await rename(pathOf(poster), `${pathOf(poster)}-aside`);
    const found = await check('--mend');
    expect(found.code).toBe(1);
    expect(found.out).toContain('missing of 1 recording that can still be watched');
    expect(await stateOf(watched), 'a poster is not needed for it').toBe('ready');
    await writeFile(pathOf(source), bytes);
    await rename(`${pathOf(poster)}-aside`, pathOf(poster));

    const waiting = await uploaded(amira, bytes);
    const [lost] = await rows<{ key: string }>(
      'select object_key as key from source where recording_id = $1',
      waiting,
    );
    await rows(`update processing_step set state = 'failed' where recording_id = $1`, waiting);
    await rm(pathOf(lost?.key ?? ''));
    expect((await check()).out).toContain('nothing can be watched, of 1 recording');
    expect((await check('--mend')).code).toBe(0);
    const shown = await amira.get(`/api/recordings/${waiting}`);
    expect(shown).toMatchObject({ state: 'failed', source: { isSafe: false } });
    expect(shown.failure).toMatchObject({ code: 'source_missing' });
    expect(shown.failure.detail).toContain('can no longer be found');
    expect((await check()).code, 'its owner knows').toBe(0);
  });

  it('takes no lesson for lost whose earlier version alone is, and prepares nothing again for it', async () => {
    const amira = await server.as('amira');
    const id = await lesson(server, amira);
    const { source, made } = await keysOf(id);
    await secondLook(['reprocess', id], server.place.env);
    await prepareNow(server, id);
    expect((await keysOf(id)).made).not.toBe(made);
    await rm(pathOf(made));
    expect(await check('--mend')).toMatchObject({ code: 0 });
    expect(await stateOf(id)).toBe('ready');

    await rename(pathOf(source), `${pathOf(source)}-aside`);
    await rows(
      `update source set readable_key = object_key || '-readable' where recording_id = $1`,
      id,
    );
    const found = await check('--mend');
    expect(found.code).toBe(1);
    expect(found.out).toContain('missing of 1 recording that can still be watched');
    expect(await stateOf(id)).toBe('ready');
    expect((await amira.get(`/api/recordings/${id}`)).playable).toBe(true);
    await rename(`${pathOf(source)}-aside`, pathOf(source));
    await rows('update source set readable_key = null where recording_id = $1', id);
  });

  it('finds what was uploaded missing also while it is prepared again, and takes an empty store for the wrong one', async () => {
    const amira = await server.as('amira');
    const [id, other] = [await lesson(server, amira), await lesson(server, amira)];
    await rows(`update recording set deleted_at = now() where failure_code = 'source_missing'`);
    await secondLook(['reprocess', '--all'], server.place.env);
    const place = await openEmptyPlace();
    const env = { ...server.place.env, DATA_DIR: place.dataDir };
    const elsewhere = await secondLook(['check', '--mend'], env);
    await place.remove();
    expect(elsewhere).toMatchObject({ code: 1 });
    expect(elsewhere.errors).toContain('so nothing was changed');

    const { source, made } = await keysOf(id);
    await rename(pathOf(source), `${pathOf(source)}-aside`);
    const found = await check();
    expect(found.code).toBe(1);
    expect(found.out).toMatch(
      new RegExp(`missing of 1 recording that can still be watched: .*\n  ${id}\n`),
    );
    await rename(`${pathOf(source)}-aside`, pathOf(source));
    await rename(pathOf(made), `${pathOf(made)}-aside`);
    const making = await check();
    expect(making.code).toBe(0);
    expect(making.out).toMatch(/missing of \d+ recordings? in the trash, and left alone/);
    expect(making.out).toContain(`of 1 recording, and being made anew.\n  ${id}\n`);
    expect(making.out).not.toContain('All is well');
    await rename(`${pathOf(made)}-aside`, pathOf(made));
    for (const one of [id, other]) await prepareNow(server, one);
  });

  it('lists what is known to be lost, finds what is lost beside it, and keeps no backup from ending well', async () => {
    const amira = await server.as('amira');
    const id = await lesson(server, amira, 'A secret title');
    const { source, made } = await keysOf(id);
    const folder = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
    const backUp = () => secondLook(['backup', folder], server.place.env);
    await backUp();
    await rm(pathOf(source));
    const warned = await backUp();
    expect(warned.code).toBe(1);
    expect(warned.out).toMatch(new RegExp(`see second-look check\\.\n(.*\n)*  ${id}\n`));
    const watched = { state: 'failed', playable: true, source: { isSafe: false } };
    expect(await check('--mend', '--accept-loss')).toMatchObject({ code: 0 });
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject(watched);
    for (const { code, out } of [await check(), await backUp()]) {
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Known to be lost.*\n(  .*\n)*  ${id}\n`));
      expect(out).not.toContain('All is well');
    }

    await rm(pathOf(made));
    const more = await check();
    expect(more.code).toBe(1);
    expect(more.out).toMatch(new RegExp(`nothing can be watched, of 1 recording: .*\n  ${id}\n`));
    expect((await check('--mend')).code).toBe(0);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ ...watched, playable: false });
    for (const { code } of [await check(), await check('--mend'), await backUp()])
      expect(code).toBe(0);

    const from = await check('--mend', '--from', folder);
    expect(from).toMatchObject({ code: 0, errors: '' });
    expect(from.out).toContain('there again of 1 recording: being prepared again');
    expect(existsSync(pathOf(source)) && existsSync(pathOf(made))).toBe(true);
    await prepareNow(server, id);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      ...{ state: 'ready', playable: true },
      source: { isSafe: true },
    });
    await rm(folder, { recursive: true });
  });

  it('brings back from a backup only what is whole there', async () => {
    const id = await lesson(server, await server.as('amira'));
    const { source } = await keysOf(id);
    const bytes = await readFile(pathOf(source));
    const folder = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
    await secondLook(['backup', folder], server.place.env);
    await writeFile(join(folder, 'objects', source), bytes.toReversed());
    await rm(pathOf(source));
    const damaged = await check('--mend', '--from', folder);
    expect(damaged.code).toBe(1);
    expect(damaged.out).toContain('Brought back from');
    expect(existsSync(pathOf(source))).toBe(false);
    expect((await check('--from', folder)).code).toBe(2);
    expect((await check('--mend', '--from', join(folder, 'objects'))).errors).toContain(
      'no finished backup',
    );
    await writeFile(join(folder, 'objects', source), bytes);
    expect((await check('--mend', '--from', folder)).code).toBe(0);
    expect(await readFile(pathOf(source))).toEqual(bytes);
    await rm(folder, { recursive: true });
  });

  it('lets an upload that lost bytes begin anew', async () => {
    const amira = await server.as('amira');
    const id = await draft(amira);
    const address = await beginUpload(amira, id, 1_000);
    await append(amira, address, 0, Buffer.alloc(600));
    const [upload] = await rows<{ key: string }>(
      'select object_key as key from upload where recording_id = $1',
      id,
    );
    await writeFile(pathOf(upload?.key ?? ''), Buffer.alloc(599));
    expect((await check()).out).toContain('Bytes are lost of 1 upload under way');
    expect((await check('--mend')).code).toBe(0);
    expect(await stateOf(id)).toBe('draft');
    const anew = await beginUpload(amira, id, 1_000);
    expect((await append(amira, anew, 0, Buffer.alloc(1_000))).status).toBe(204);
  });

  it('takes no upload for lost that goes on while it is looked at', async () => {
    const amira = await server.as('amira');
    const id = await draft(amira);
    await append(amira, await beginUpload(amira, id, 1_000), 0, Buffer.alloc(400));
    const tail = 'recordings/x/source/y.unfinished/z';
    const setTail = (key: string) =>
      rows(
        `update upload set growth = jsonb_build_object('tail', jsonb_build_object('key', $2::text))
         where recording_id = $1`,
        id,
        key,
      );
    const brokenWhere = async (whenAsked: () => Promise<unknown>) => {
      await setTail(tail);
      const store: ObjectStore = {
        ...server.store,
        localPath: () => null,
        size: async (key) => {
          if (key === tail) await whenAsked();
          return server.store.size(key);
        },
      };
      return (await look(readConfig(server.place.env), store)).brokenUploads;
    };
    expect(await brokenWhere(async () => {})).toHaveLength(1);
    expect(await brokenWhere(() => setTail(`${tail}-later`))).toEqual([]);
  });

  it('deletes nothing of a store that is not the database’s', async () => {
    await put('recordings/old/source/x', days(2));
    const place = await openEmptyPlace();
    const env = { ...place.env, DATA_DIR: server.place.dataDir };
    expect((await secondLook(['migrate'], env)).code).toBe(0);
    const { code, errors } = await secondLook(['check', '--mend'], env);
    expect(code).toBe(1);
    expect(errors).toContain('names nothing of what the store holds');
    expect(existsSync(pathOf('recordings/old/source/x'))).toBe(true);
    await place.remove();
    expect((await check('--mend')).code).toBe(0);
  });

  it('gives nothing up where most is missing, as on a disk that is not mounted, unless told to', async () => {
    const amira = await server.as('amira');
    const [watched, begun] = [await lesson(server, amira), await draft(amira)];
    await append(amira, await beginUpload(amira, begun, 1_000), 0, Buffer.alloc(400));
    const everything = () =>
      rows(
        `select r.id, r.state, r.playable, r.failure_code, u.id as upload
         from recording r left join upload u on u.recording_id = r.id order by r.id, u.id`,
      );
    const before = await everything();
    const place = await openEmptyPlace();
    const env = { ...server.place.env, DATA_DIR: place.dataDir };
    const { code, errors } = await secondLook(['check', '--mend'], env);
    expect(code).toBe(1);
    expect(errors).toContain(
      `are not in ${join(place.dataDir, 'objects')}, so nothing was changed`,
    );
    expect(await everything()).toEqual(before);

    // One object of many that is there makes the store no more the right one.
    const { source } = await keysOf(watched);
    await mkdir(dirname(join(place.dataDir, 'objects', source)), { recursive: true });
    await copyFile(pathOf(source), join(place.dataDir, 'objects', source));
    expect((await secondLook(['check', '--mend'], env)).code).toBe(1);
    expect(await everything()).toEqual(before);

    const accepted = await secondLook(['check', '--mend', '--accept-loss'], env);
    expect(accepted.out).toContain('their owners are told');
    expect(await stateOf(begun)).toBe('draft');
    await place.remove();
  });
});

describe('preparing again', () => {
  const reprocess = (...words: string[]) => secondLook(['reprocess', ...words], server.place.env);

  it('wants one recording, or all that failed', async () => {
    for (const words of [
      [],
      ['here'],
      ['01a20450-c9bb-7355-856f-585e3b59d035', '--failed'],
      ['--all', '--failed'],
    ])
      expect(await reprocess(...words)).toMatchObject({ code: 2, out: '' });
    const unknown = await reprocess('01a20450-c9bb-7355-856f-585e3b59d035');
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.errors).toContain('There is no such recording');
  });

  it('makes one anew while it can be watched, and gives its old objects up', async () => {
    const amira = await server.as('amira');
    const id = await lesson(server, amira);
    const { made } = await keysOf(id);
    expect(await reprocess(id)).toMatchObject({
      code: 0,
      out: 'To be prepared again: 1 recording.\n',
    });
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'processing',
      playable: true,
    });
    await prepareNow(server, id);
    expect(await stateOf(id)).toBe('ready');
    expect((await keysOf(id)).made).not.toBe(made);
    expect(existsSync(pathOf(made)), 'somebody may be watching').toBe(true);
    await rows(
      `update rendition set superseded_at = superseded_at - interval '24 hours'
       where cut_id = (select id from cut where recording_id = $1)`,
      id,
    );
    await sweepOnce(await openWorkshop(server), server.queue);
    expect(existsSync(pathOf(made))).toBe(false);
    const versions = await rows(
      `select distinct r.attempt from rendition r join cut c on c.id = r.cut_id
       where c.recording_id = $1`,
      id,
    );
    expect(versions).toHaveLength(1);
  });

  it('goes on without its queue', async () => {
    const id = await lesson(server, await server.as('amira'));
    const env = { ...server.place.env, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
    const { code, out } = await secondLook(['reprocess', id], env);
    expect(code).toBe(0);
    expect(out).toContain('To be prepared again: 1 recording.\nThe queue does not answer.');
    expect(await stateOf(id)).toBe('processing');
    await prepareNow(server, id);
  });

  it('takes all that failed, and never what is in the trash', async () => {
    await rows(`update recording set deleted_at = now() where state = 'failed'`);
    const amira = await server.as('amira');
    const id = await uploaded(amira, Buffer.from('not a video'));
    await prepareNow(server, id);
    expect(await stateOf(id)).toBe('failed');
    expect((await reprocess('--failed')).out).toBe('To be prepared again: 1 recording.\n');
    expect(await stateOf(id)).toBe('processing');
    await prepareNow(server, id);
    const [found] = await rows<{ count: number }>(
      `select count(distinct p.recording_id)::int from processing_step p
       join recording r on r.id = p.recording_id where r.deleted_at is null`,
    );
    expect((await reprocess('--all')).out).toMatch(
      new RegExp(`^To be prepared again: ${found?.count} recordings?\\.\n$`),
    );
  });

  it('tells an operator what failed and why, and no title', async () => {
    const amira = await server.as('amira');
    const id = await uploaded(amira, await filmBytes('no-index.mp4'), { title: 'A secret title' });
    await prepareNow(server, id);
    const all = await secondLook(['steps'], server.place.env);
    expect(all.code).toBe(0);
    expect(all.out).toMatch(new RegExp(`^${id}, prepare, failed at attempt 1, truncated, `, 'm'));
    const one = await secondLook(['steps', id], server.place.env);
    expect(one.out).toMatch(/^prepare, failed at attempt 1, truncated, /);
    expect(one.out, 'the end of what ffmpeg wrote').toContain('moov atom not found');
    expect(all.out + one.out).not.toContain('secret');
    const unknown = await secondLook(
      ['steps', '01a20450-c9bb-7355-856f-585e3b59d035'],
      server.place.env,
    );
    expect(unknown).toMatchObject({ code: 1, out: '' });
  });
});
