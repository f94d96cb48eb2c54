import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { urgency } from '@second-look/infra/queue';
import { prepareJob } from '@second-look/workers/prepare';
import { sweepOnce } from '@second-look/workers/sweep';
import { clearLeftovers, leftoverMs } from '@second-look/workers/work-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import { filmBytes, lesson, openWorkshop, prepareNow, until, uploaded } from '../world/lesson.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';

const execute = promisify(execFile);

let server: TestServer;
let amira: Client;
let longFilm: Buffer;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  const { ffmpegPath } = await mediaTools();
  const path = join(server.place.dataDir, 'long.mp4');
  const film = await fixture('landscape.mp4', ffmpegPath);
  await execute(ffmpegPath, ['-v', 'error', '-stream_loop', '24', '-i', film, '-c', 'copy', path]);
  longFilm = await readFile(path);
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
});

const admin = () => server.place.database.as('admin').pool;
const get = (id: string) => amira.get(`/api/recordings/${id}`);
const isReady = (id: string) =>
  until(async () => {
    const recording = await get(id);
    expect(recording.state).not.toBe('failed');
    return recording.state === 'ready' && recording;
  });
const stepOf = async (id: string) => {
  const { rows } = await admin().query(
    `select p.state, p.attempt, c.published_attempt from processing_step p join cut c on c.id = p.cut_id
     where p.recording_id = $1`,
    [id],
  );
  return rows[0];
};
const isUnderWay = (id: string) =>
  until(async () => {
    const { progress } = await get(id);
    return progress !== null && progress > 0 && progress;
  });

/** The command lines of this machine that name this test's folder. */
async function atWork(): Promise<string[]> {
  const lines: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(server.place.dataDir)) lines.push(line.replaceAll('\0', ' '));
  }
  return lines;
}

/** What the store holds of a recording's cuts: attempts, each with its objects. */
async function objectsOf(id: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of server.store.list(`recordings/${id}/cuts/`)) keys.push(key);
  return keys.map((key) => key.split('/').slice(-2).join('/')).sort();
}
const workFolders = () => readdir(join(server.place.dataDir, 'work'));

describe('a worker', () => {
  it('that is killed costs its attempt and nothing else', async () => {
    const id = await uploaded(amira, longFilm);
    const first = startWorkers(server.place);
    const progress = await isUnderWay(id);
    const higher = await until(async () => {
      const recording = await get(id);
      expect(recording.progress).toBeGreaterThanOrEqual(progress);
      return recording.progress > progress && recording.progress;
    });
    expect(higher).toBeLessThanOrEqual(1);
    expect(await atWork()).not.toEqual([]);
    await first.end('SIGKILL');
    await until(async () => (await atWork()).length === 0);
    expect((await stepOf(id)).state).toBe('running');
    expect(await workFolders()).not.toEqual([]);

    const second = startWorkers(server.place);
    await isReady(id);
    const { state, attempt, published_attempt } = await stepOf(id);
    expect([state, published_attempt]).toEqual(['done', attempt]);
    expect(attempt).toBeGreaterThan(1);
    expect(await objectsOf(id)).toEqual(
      ['audio.mp4', 'poster.jpg', 'video.mp4'].map((name) => `${attempt}/${name}`),
    );
    const { rows } = await admin().query(
      'select distinct r.attempt from rendition r join cut c on c.id = r.cut_id where c.recording_id = $1',
      [id],
    );
    expect(rows).toEqual([{ attempt }]);
    const [leftover, ...others] = await workFolders();
    expect(others).toEqual([]);
    const workDir = join(server.place.dataDir, 'work');
    await clearLeftovers(workDir);
    await clearLeftovers(workDir);
    expect(await workFolders(), 'it might still be at work').toEqual([leftover]);
    await clearLeftovers(workDir, performance.now() + leftoverMs);
    expect(await workFolders()).toEqual([]);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  it('that is asked to stop gives its work back at once, and another goes on', async () => {
    const id = await uploaded(amira, longFilm);
    const first = startWorkers(server.place);
    await isUnderWay(id);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await stepOf(id)).toMatchObject({
      state: 'pending',
      attempt: 1,
      published_attempt: null,
    });
    expect(await atWork()).toEqual([]);
    expect(await workFolders()).toEqual([]);
    expect((await get(id)).state).toBe('processing');
    const second = startWorkers(server.place);
    await isReady(id);
    expect(await stepOf(id)).toMatchObject({ state: 'done', attempt: 2, published_attempt: 2 });
    await second.end('SIGTERM');
  });
});

describe('the queue', () => {
  it('may be lost as a whole: the sweep brings the work back', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    await admin().query('drop schema second_look_queue cascade');
    const worker = startWorkers(server.place);
    await isReady(id);
    // And once more under the worker's feet.
    const { rows } = await admin().query(
      `select table_name as name from information_schema.tables
       where table_schema = 'second_look_queue' and table_name not like '%migration%' and table_type = 'BASE TABLE'`,
    );
    const other = await uploaded(amira, await filmBytes('silent.mp4'));
    const tables = rows.map(({ name }) => `second_look_queue."${name}"`).join(', ');
    await admin().query(`truncate ${tables} cascade`);
    await isReady(other);
    await worker.end('SIGTERM');
  });
});

describe('a sweep', () => {
  it('brings back what nobody can watch yet before what is only made again', async () => {
    const again = await lesson(server, amira);
    await admin().query(`update processing_step set state = 'pending' where recording_id = $1`, [
      again,
    ]);
    const fresh = await uploaded(amira, await filmBytes('silent.mp4'));
    await server.queue.bull.obliterate({ force: true });
    const workshop = await openWorkshop(server);
    await sweepOnce(workshop, server.queue);
    const priorityOf = async (id: string) => {
      const { rows } = await admin().query(
        'select id from processing_step where recording_id = $1',
        [id],
      );
      return (await server.queue.bull.getJob(rows[0].id))?.priority;
    };
    expect(await priorityOf(fresh)).toBe(urgency.awaited);
    expect(await priorityOf(again)).toBe(urgency.whenIdle);
    await Promise.all([prepareNow(server, fresh), prepareNow(server, again)]);
  });
});

describe('two attempts at once', () => {
  it('publish one of them, and keep nothing of the other', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    await Promise.all([
      prepareNow(server, id).catch(() => {}),
      prepareNow(server, id).catch(() => {}),
    ]);
    const { state, attempt, published_attempt } = await stepOf(id);
    expect([state, attempt, published_attempt]).toEqual(['done', 2, 2]);
    expect(await objectsOf(id)).toEqual(['2/poster.jpg', '2/video.mp4']);
    await prepareNow(server, id);
    expect(await stepOf(id), 'what is done is not done again').toMatchObject({ attempt: 2 });
  });
});

describe('tidying that fails after publishing', () => {
  it('leaves the recording watchable, on the last try too', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    const { rows } = await admin().query(
      'update processing_step set attempt = 1 where recording_id = $1 returning id',
      [id],
    );
    const workshop = await openWorkshop(server);
    let asked = 0;
    const deleteAll = () => {
      asked += 1;
      return Promise.reject(new Error('The disk does not answer.'));
    };
    const job = prepareJob({ ...workshop, store: { ...workshop.store, deleteAll } });
    const { signal } = new AbortController();
    await job({ stepId: rows[0].id }, { isLastTry: true, signal, tellProgress: () => {} });
    expect(asked).toBe(1);
    expect(await get(id)).toMatchObject({ state: 'ready', playable: true, failure: null });
    expect(await stepOf(id)).toEqual({ state: 'done', attempt: 2, published_attempt: 2 });
  });
});

describe('work that never ends', () => {
  it('is given up after ten attempts, until its owner asks again', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    await admin().query(
      `update processing_step set attempt = 10, state = 'running' where recording_id = $1`,
      [id],
    );
    await prepareNow(server, id);
    expect(await get(id)).toMatchObject({ state: 'failed', failure: { code: 'interrupted' } });
    await amira.post(`/api/recordings/${id}/retry`);
    await prepareNow(server, id);
    expect((await get(id)).state).toBe('ready');
  });
});

describe('the trash', () => {
  it('is real after thirty days: rows and bytes', async () => {
    const old = await lesson(server, amira);
    const recent = await lesson(server, amira);
    const discard = async (id: string, days: number) => {
      await amira.ask('DELETE', `/api/recordings/${id}`);
      await admin().query(
        'update recording set deleted_at = now() - make_interval(days => $2, mins => 1) where id = $1',
        [id, days],
      );
    };
    await amira.post(`/api/recordings/${old}/annotations`, { startMs: 0, kind: 'notice' });
    await discard(old, 30);
    await discard(recent, 29);
    await sweepOnce(await openWorkshop(server), server.queue);
    expect(await server.store.size(`recordings/${old}`)).toBeNull();
    for (const table of [
      'source',
      'cut',
      'processing_step',
      'annotation',
      'upload',
      'conversation',
    ]) {
      const { rows } = await admin().query(`select from ${table} where recording_id = $1`, [old]);
      expect([table, rows]).toEqual([table, []]);
    }
    expect((await amira.ask('POST', `/api/recordings/${old}/restore`)).status).toBe(404);
    expect((await amira.post(`/api/recordings/${recent}/restore`)).state).toBe('ready');
    const entry = await amira.ask('GET', `/api/recordings/${recent}/media/main.m3u8`);
    expect(entry.status).toBe(302);
  });

  it('leaves alone what its owner takes back while it is being emptied', async () => {
    const ids = [await lesson(server, amira), await lesson(server, amira)];
    await admin().query(
      `update recording set deleted_at = now() - interval '31 days' where id = any($1)`,
      [ids],
    );
    const workshop = await openWorkshop(server);
    const emptied: string[] = [];
    const deleteAll = async (prefix: string) => {
      emptied.push(...ids.filter((id) => prefix.includes(id)));
      await admin().query(
        'update recording set deleted_at = null where id = any($1) and id <> all($2)',
        [ids, emptied],
      );
      await workshop.store.deleteAll(prefix);
    };
    await sweepOnce({ ...workshop, store: { ...workshop.store, deleteAll } }, server.queue);
    expect(emptied).toHaveLength(1);
    const kept = ids.find((id) => !emptied.includes(id)) ?? '';
    expect((await get(kept)).state).toBe('ready');
    expect(await objectsOf(kept)).toEqual(['1/poster.jpg', '1/video.mp4']);
  });

  it('keeps the row of what it could not remove, for the next sweep', async () => {
    const id = await lesson(server, amira);
    await admin().query(
      `update recording set deleted_at = now() - interval '31 days' where id = $1`,
      [id],
    );
    const workshop = await openWorkshop(server);
    const deleteAll = () => Promise.reject(new Error('The disk does not answer.'));
    await sweepOnce({ ...workshop, store: { ...workshop.store, deleteAll } }, server.queue);
    const rowsLeft = async () =>
      (await admin().query('select from recording where id = $1', [id])).rowCount;
    expect(await rowsLeft()).toBe(1);
    await sweepOnce(workshop, server.queue);
    expect(await rowsLeft()).toBe(0);
  });
});
