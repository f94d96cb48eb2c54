import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { urgency } from '@second-look/infra/queue';
import { sweepOnce } from '@second-look/workers/sweep';
import { clearLeftovers, leftoverMs } from '@second-look/workers/work-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import {
  doStep,
  filmBytes,
  lesson,
  openSteps,
  openWorkshop,
  prepareNow,
  until,
  uploaded,
} from '../world/lesson.ts';
import { endProcesses, processesNaming, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { itFully } from '../world/tier.ts';

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
/** The steps of a recording in their order, and which version of its cut is published. */
const stepsOf = async (id: string) => {
  const { rows } = await admin().query(
    `select p.kind, p.part, p.state, p.attempt, p.version from processing_step p
     where p.recording_id = $1 order by p.kind <> 'prepare', p.kind, p.part`,
    [id],
  );
  return rows as { kind: string; part: number; state: string; attempt: number; version: number }[];
};
const publishedOf = async (id: string) =>
  (await admin().query('select published_attempt from cut where recording_id = $1', [id])).rows[0]
    .published_attempt;
const isUnderWay = (id: string) =>
  until(async () => {
    const { progress } = await get(id);
    return progress !== null && progress > 0 && progress;
  });

/** The command lines of this machine that name this test's folder. */
const atWork = () => processesNaming(server.place.dataDir);

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
    const before = await stepsOf(id);
    expect(before.some(({ state }) => state === 'running')).toBe(true);
    expect(await workFolders()).not.toEqual([]);

    const second = startWorkers(server.place);
    await isReady(id);
    const after = await stepsOf(id);
    expect(after.map(({ state }) => state)).toEqual(before.map(() => 'done'));
    for (const [place, { state, attempt }] of after.entries()) {
      const was = before[place];
      // What was done is not done again.
      if (was?.state === 'done') expect(attempt).toBe(was.attempt);
      if (was?.state === 'running') expect(attempt).toBeGreaterThan(was.attempt);
      expect(state).toBe('done');
    }
    const version = await publishedOf(id);
    expect(version).toBe(after.at(-1)?.version);
    // Four chunks of two rungs, each once, the sound, and what lies beside them.
    const made = (await objectsOf(id)).filter((key) => key.startsWith(`${version}/`));
    const shapes = made.map((key) => key.replace(/-\d+(\.mp4)?$/, ''));
    const chunks = ['240p', '360p'].flatMap((rung) => [0, 1, 2, 3].map((n) => `${rung}-${n}`));
    expect(shapes).toEqual(
      [...chunks, 'sound', 'storyboard', 'waveform'].map((name) => `${version}/${name}`),
    );
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

  itFully('that is asked to stop gives its work back at once, and another goes on', async () => {
    const id = await uploaded(amira, longFilm);
    const first = startWorkers(server.place);
    await isUnderWay(id);
    expect(await first.end('SIGTERM')).toBe(0);
    const states = (await stepsOf(id)).map(({ state }) => state);
    expect(states).toContain('pending');
    expect(states).not.toContain('running');
    expect(await atWork()).toEqual([]);
    expect(await workFolders()).toEqual([]);
    expect((await get(id)).state).toBe('processing');
    const second = startWorkers(server.place);
    await isReady(id);
    expect(new Set((await stepsOf(id)).map(({ state }) => state))).toEqual(new Set(['done']));
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
    await admin().query(
      `update processing_step set state = 'pending' where recording_id = $1 and kind = 'prepare'`,
      [again],
    );
    const fresh = await uploaded(amira, await filmBytes('silent.mp4'));
    for (const bull of server.queue.bull) await bull.obliterate({ force: true });
    const workshop = await openWorkshop(server);
    await sweepOnce(workshop, server.queue);
    const priorityOf = async (id: string) => {
      const [stepId = ''] = await openSteps(server, id);
      return (await server.queue.bull[0]?.getJob(stepId))?.priority;
    };
    expect(await priorityOf(fresh)).toBe(urgency.awaited);
    expect(await priorityOf(again)).toBe(urgency.whenIdle);
    await Promise.all([prepareNow(server, fresh), prepareNow(server, again)]);
  });

  it('brings chunks in the order of their turns, which owners share fairly', async () => {
    const ben = await server.as('ben');
    const turnsOf = async (id: string) => {
      const { rows } = await admin().query(
        `select turn from processing_step where recording_id = $1 and kind = 'chunk' order by part`,
        [id],
      );
      return rows.map(({ turn }) => turn);
    };
    const workshop = await openWorkshop(server);
    const begin = async (client: Client) => {
      const id = await uploaded(client, longFilm);
      const [prepare = ''] = await openSteps(server, id);
      await doStep(workshop, prepare);
      return id;
    };
    const [mine, second] = [await begin(amira), await begin(amira)];
    const [from = 0] = await turnsOf(mine);
    expect(await turnsOf(second), 'behind her own').toEqual([4, 5, 6, 7].map((n) => from + n));
    const others = await begin(ben);
    expect(await turnsOf(others), 'beside hers').toEqual([0, 1, 2, 3].map((n) => from + n));
    const [first = ''] = await openSteps(server, others);
    await sweepOnce(workshop, server.queue);
    const { rows } = await admin().query('select turn from processing_step where id = $1', [first]);
    expect((await server.queue.bull[1]?.getJob(first))?.priority).toBe(rows[0].turn);
    for (const id of [mine, second, others]) await amira.ask('DELETE', `/api/recordings/${id}`);
    await ben.ask('DELETE', `/api/recordings/${others}`);
  });

  it('lets go of a version that another took the place of, a day after', async () => {
    const id = await lesson(server, amira);
    const version = await publishedOf(id);
    const workshop = await openWorkshop(server);
    await sweepOnce(workshop, server.queue);
    const before = await objectsOf(id);
    expect(before.some((key) => key.startsWith(`${version - 1}/whole-`))).toBe(true);
    await admin().query(
      `update rendition set superseded_at = superseded_at - interval '24 hours'
       where cut_id = (select id from cut where recording_id = $1)`,
      [id],
    );
    await sweepOnce(workshop, server.queue);
    const after = await objectsOf(id);
    expect(after).toEqual(before.filter((key) => !key.includes('/whole-')));
    const { posterUrl } = await get(id);
    expect((await amira.ask('GET', posterUrl)).status).toBe(200);
  });
});

describe('two attempts at once', () => {
  it('publish one of them, and keep nothing of the other', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    const workshop = await openWorkshop(server);
    const twice = (stepId: string) =>
      Promise.all([doStep(workshop, stepId), doStep(workshop, stepId)]);
    for (const stepId of await openSteps(server, id)) await twice(stepId);
    for (const stepId of await openSteps(server, id)) await twice(stepId);
    expect((await get(id)).state).toBe('ready');
    const version = await publishedOf(id);
    const made = (await objectsOf(id)).filter((key) => key.startsWith(`${version}/`));
    expect(made.map((key) => key.replace(/-\d+(\.mp4)?$/, ''))).toEqual(
      ['240p-0', '360p-0', 'storyboard'].map((name) => `${version}/${name}`),
    );
    const before = await stepsOf(id);
    await prepareNow(server, id);
    expect(await stepsOf(id), 'what is done is not done again').toEqual(before);
  });
});

describe('tidying that fails after publishing', () => {
  it('leaves the recording watchable, on the last try too', async () => {
    const id = await uploaded(amira, await filmBytes('silent.mp4'));
    const workshop = await openWorkshop(server);
    let asked = 0;
    const deleteMany = () => {
      asked += 1;
      return Promise.reject(new Error('The disk does not answer.'));
    };
    const untidy = { ...workshop, store: { ...workshop.store, deleteMany } };
    for (const stepId of await openSteps(server, id)) await doStep(untidy, stepId);
    for (const stepId of await openSteps(server, id)) await doStep(untidy, stepId);
    expect(asked).toBe(1);
    expect(await get(id)).toMatchObject({ state: 'ready', playable: true, failure: null });
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

describe('a first step that failed after all the others were done', () => {
  it('leaves the recording ready once it is tried again, and only what failed can be', async () => {
    const id = await lesson(server, amira);
    expect((await amira.ask('POST', `/api/recordings/${id}/retry`)).json).toMatchObject({
      code: 'not_failed',
    });
    await admin().query(
      `update processing_step set state = 'failed' where recording_id = $1 and kind = 'prepare'`,
      [id],
    );
    await admin().query(
      `update recording set state = 'failed', failure_code = 'interrupted' where id = $1`,
      [id],
    );
    await amira.post(`/api/recordings/${id}/retry`);
    await prepareNow(server, id);
    expect(await get(id)).toMatchObject({ state: 'ready', failure: null });
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
    const before = new Map<string, string[]>();
    for (const id of ids) before.set(id, await objectsOf(id));
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
    expect(await objectsOf(kept)).toEqual(before.get(kept));
    expect(before.get(kept)).not.toEqual([]);
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
