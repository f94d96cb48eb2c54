/** A better copy of a film takes the place of the one that is there. */

import type { SourceFacts } from '@second-look/workers/media';
import { saveFacts } from '@second-look/workers/prepare-queries';
import { claimStep } from '@second-look/workers/step-queries';
import { sweepOnce } from '@second-look/workers/sweep';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Client } from '../world/client.ts';
import {
  append,
  beginUpload,
  draft,
  filmBytes,
  lesson,
  openSteps,
  openWorkshop,
  prepareNow,
  uploaded,
} from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let carys: Client;
/** 9 s with sound, where the first film has 5 s of none. */
let better: Buffer;
/** The recording, and the one that brings the better copy. */
let id: string;
let copyId: string;
beforeAll(async () => {
  better = await filmBytes('landscape.mp4');
  server = await startServer();
  amira = await server.as('amira');
  carys = await server.as('carys');
});
afterAll(() => server.stop());
beforeEach(async () => {
  id = await lesson(server, amira, 'Fractions');
  copyId = await copied(better);
});

const get = (recording = id, client = amira) => client.get(`/api/recordings/${recording}`);
const query = (text: string, values: unknown[]) =>
  server.place.database.as('admin').pool.query(text, values);

async function copied(bytes: Uint8Array): Promise<string> {
  const about = { title: 'Fractions (another copy)', copyOf: id };
  const { id: made } = await amira.post('/api/recordings', about);
  const upload = await beginUpload(amira, made, bytes.length, 'camera.mp4');
  expect((await append(amira, upload, 0, bytes)).status).toBe(204);
  await prepareNow(server, made);
  return made;
}

const earlier = { title: 'Fractions (earlier film)', isPutAway: true };
const exchange = (more: object = {}, client = amira) =>
  client.ask('POST', `/api/recordings/${id}/film/exchange`, { with: copyId, ...earlier, ...more });

async function share(recording: string, client: string): Promise<void> {
  const { items } = await amira.get(`/api/people?q=${client}`);
  const grant = { principal: { type: 'user', id: items[0].id }, rights: ['view', 'comment'] };
  const answer = await amira.ask('POST', `/api/recordings/${recording}/grants`, grant);
  expect(answer.status).toBe(201);
}

async function notes(recording = id, client = amira) {
  const { items } = await client.get(`/api/recordings/${recording}/annotations`);
  return items.map(({ body, startMs, endMs }: Record<string, unknown>) => ({
    ...{ body, startMs, endMs },
  }));
}
const note = (body: string, startMs: number, endMs: number | null, more: object = {}) =>
  amira.post(`/api/recordings/${id}/annotations`, {
    ...{ body, startMs, endMs, kind: 'notice', ...more },
  });

async function keys(prefix = ''): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of server.store.list(`recordings/${prefix}`)) found.push(key);
  return found;
}

describe('exchanging films', () => {
  it('keeps notes, talk and shares, and shows the better copy', async () => {
    expect(await get()).toMatchObject({ copies: [{ id: copyId, state: 'ready' }], copyOf: null });
    expect(await get(copyId)).toMatchObject({ copies: [], copyOf: { id, title: 'Fractions' } });
    await share(id, 'carys');
    const [talk] = (await get()).conversations;
    await note('a moment', 1_000, null, { conversationId: talk.id });
    await note('a while', 500, 2_500);
    const before = await get();
    expect(await get(id, carys)).toMatchObject({ copies: [], copyOf: null });

    const answer = await exchange();
    expect(answer).toMatchObject({ status: 200, json: { playable: false, copies: [] } });
    const poster = await carys.ask('GET', before.posterUrl);
    expect(poster.json).toMatchObject({ code: 'not_ready' });
    await prepareNow(server, id);
    for (const client of [amira, carys]) {
      const after = await get(id, client);
      expect(after).toMatchObject({ title: 'Fractions', state: 'ready', playable: true });
      expect(Math.abs(after.durationMs - 9_000)).toBeLessThanOrEqual(50);
    }
    expect(await get()).toMatchObject({
      source: { filename: 'camera.mp4', sizeBytes: better.length, isSafe: true },
      cutId: before.cutId,
    });
    expect(await notes()).toEqual([
      { body: 'a while', startMs: 500, endMs: 2_500 },
      { body: 'a moment', startMs: 1_000, endMs: null },
    ]);
    expect(await notes(id, carys)).toEqual([{ body: 'a moment', startMs: 1_000, endMs: null }]);
    const { items } = await amira.get('/api/recordings?scope=trash');
    expect(items[0]).toMatchObject({ id: copyId, title: 'Fractions (earlier film)' });
  });

  it('is undone, with all that was there', async () => {
    await note('a moment', 1_000, null);
    const [before, copyBefore] = [await get(), await get(copyId)];
    await exchange({ movedMs: 400 });
    const undone = await exchange({ title: copyBefore.title, isPutAway: false, movedMs: -400 });
    expect(undone.json).toMatchObject({ copies: [{ id: copyId, title: copyBefore.title }] });
    await prepareNow(server, id);
    await prepareNow(server, copyId);
    for (const was of [before, copyBefore]) {
      const { state, durationMs, source, deletedAt } = was;
      expect(await get(was.id)).toMatchObject({ state, durationMs, source, deletedAt });
    }
    expect(await notes()).toEqual([{ body: 'a moment', startMs: 1_000, endMs: null }]);
  });

  it('moves notes with the moment that they are about', async () => {
    await note('a moment', 1_000, null);
    await note('a while', 500, 2_500);
    await exchange({ movedMs: 2_000 });
    await prepareNow(server, id);
    expect(await notes()).toEqual([
      { body: 'a while', startMs: 2_500, endMs: 4_500 },
      { body: 'a moment', startMs: 3_000, endMs: null },
    ]);
    await exchange({ isPutAway: false, movedMs: -2_000 });
    await prepareNow(server, id);
    expect(await notes()).toEqual([
      { body: 'a while', startMs: 500, endMs: 2_500 },
      { body: 'a moment', startMs: 1_000, endMs: null },
    ]);
  });

  it('keeps notes on what the copy lacks, and shows them again with the film that has it', async () => {
    await share(copyId, 'carys');
    const [talk] = (await get(copyId)).conversations;
    // The copy is the longer one here, so it is the film that is there.
    [id, copyId] = [copyId, id];
    await note('early', 1_000, null, { conversationId: talk.id });
    await note('in both', 5_000, null, { conversationId: talk.id });
    await note('late', 8_000, 9_000, { conversationId: talk.id });
    const before = await notes();
    await exchange({ movedMs: -1_500 });
    await prepareNow(server, id);
    for (const client of [amira, carys])
      expect(await notes(id, client)).toEqual([{ body: 'in both', startMs: 3_500, endMs: null }]);
    expect((await get()).film.hiddenNotes).toBe(2);
    await exchange({ isPutAway: false, movedMs: 1_500 });
    await prepareNow(server, id);
    expect(await notes()).toEqual(before);
    expect((await get()).film.hiddenNotes).toBe(0);
  });

  it('brings along what its owner wrote on the copy while they looked at it', async () => {
    await note('a moment', 1_000, null);
    const onCopy = { body: 'better light', startMs: 7_000, kind: 'notice' };
    await amira.post(`/api/recordings/${copyId}/annotations`, onCopy);
    await exchange({ movedMs: 500 });
    await prepareNow(server, id);
    expect(await notes()).toEqual([
      { body: 'a moment', startMs: 1_500, endMs: null },
      { body: 'better light', startMs: 7_000, endMs: null },
    ]);
    // The earlier film lacks that moment, and has the other where it was.
    await exchange({ isPutAway: false, movedMs: -500 });
    await prepareNow(server, id);
    expect(await notes()).toEqual([{ body: 'a moment', startMs: 1_000, endMs: null }]);
    expect((await get()).film.hiddenNotes).toBe(1);
  });

  it('is done once, however often the request is repeated because its answer was lost', async () => {
    await note('a moment', 1_000, null);
    await exchange({ movedMs: 500 });
    expect((await exchange({ movedMs: 500 })).json).toMatchObject({ code: 'changed_meanwhile' });
    await prepareNow(server, id);
    expect(await get()).toMatchObject({ source: { filename: 'camera.mp4' } });
    expect(await notes()).toEqual([{ body: 'a moment', startMs: 1_500, endMs: null }]);
    const back = { isPutAway: false, movedMs: -500 };
    expect((await exchange(back)).status).toBe(200);
    expect((await exchange(back)).json).toMatchObject({ code: 'changed_meanwhile' });
    await prepareNow(server, id);
    expect(await get()).toMatchObject({ source: { filename: 'lesson.mp4' } });
  });

  it('brings along how the copy is trimmed and turned, and leaves nothing of the other', async () => {
    const shown = { turned: 90, trim: { startMs: 2_000, endMs: 6_000 } };
    await amira.ask('PATCH', `/api/recordings/${copyId}/film`, shown);
    await prepareNow(server, copyId);
    await exchange();
    await prepareNow(server, id);
    const after = await get();
    expect(after).toMatchObject({ state: 'ready', film: { turned: 90, ...shown.trim } });
    expect(Math.abs(after.durationMs - 4_000)).toBeLessThanOrEqual(50);
    const { rows } = await query(
      `select k.object_key as key from rendition_chunk k join rendition r on r.id = k.rendition_id
         join cut c on c.id = r.cut_id where c.recording_id = $1
       union select unnest(array[poster_key, storyboard_key, waveform_key]) from cut where recording_id = $1`,
      [id],
    );
    expect((await keys(`${id}/cuts/`)).sort()).toEqual(rows.map(({ key }) => key).sort());
  });

  it('takes the place of a film that cannot be watched', async () => {
    id = await uploaded(amira, Buffer.alloc(4_096, 'no film'), { title: 'Damaged' });
    await prepareNow(server, id);
    expect(await get()).toMatchObject({ state: 'failed', playable: false });
    copyId = await copied(better);
    expect((await exchange()).json).toMatchObject({ state: 'processing', failure: null });
    await prepareNow(server, id);
    expect(await get()).toMatchObject({ state: 'ready', title: 'Damaged' });
    // And back: what failed before fails again, and nothing else is lost.
    await exchange({ isPutAway: false });
    await prepareNow(server, id);
    await prepareNow(server, copyId);
    expect(await get()).toMatchObject({ state: 'failed' });
    expect(await get(copyId)).toMatchObject({ state: 'ready', deletedAt: null });
  });

  it('is refused where somebody would see what was not shared with them, and where there is no film', async () => {
    const theirs = await lesson(server, carys);
    expect((await exchange({}, carys)).status).toBe(404);
    expect((await exchange({ with: theirs })).status).toBe(404);
    expect((await exchange({ with: id })).status).toBe(422);
    const empty = await draft(amira);
    expect((await exchange({ with: empty })).json).toMatchObject({ code: 'not_ready' });
    const { id: unchecked } = await amira.post('/api/recordings', { title: 'x', copyOf: id });
    const upload = await beginUpload(amira, unchecked, better.length);
    await append(amira, upload, 0, better);
    expect((await exchange({ with: unchecked })).json).toMatchObject({ code: 'not_ready' });
    await share(copyId, 'carys');
    expect((await exchange()).json).toMatchObject({ code: 'is_shared' });
    // The database refuses it by itself as well.
    const { rows } = await server.place.database
      .as('app')
      .as(amira.id, (tx) =>
        tx.execute(sql`select access.exchange_films(${id}, ${copyId}, 0, now()) as step`),
      );
    expect(rows).toEqual([]);
    expect(await get()).toMatchObject({ state: 'ready', playable: true });
    const [grant] = (await amira.get(`/api/recordings/${copyId}/grants`)).items;
    expect((await amira.ask('DELETE', `/api/grants/${grant.id}`)).status).toBe(204);
    expect((await exchange()).status).toBe(200);
    const foreign = { title: 'A copy of hers', copyOf: theirs };
    expect((await amira.ask('POST', '/api/recordings', foreign)).status).toBe(404);
  });
});

describe('a film that is exchanged while workers are at it', () => {
  it('gets none of what they made of the other', async () => {
    await amira.ask('PATCH', `/api/recordings/${id}/film`, { turned: 90 });
    const [prepare = ''] = await openSteps(server, id);
    const step = await claimStep(server.place.database.as('worker').plain, prepare);
    if (!step) throw new Error('The step was not claimed.');
    await exchange();
    const { pool } = server.place.database.as('admin');
    const facts = { ...step.inspected, durationMs: 123 } as SourceFacts;
    await saveFacts(server.place.database.as('worker').plain, step, facts, 'elsewhere.mkv');
    const { rows } = await pool.query(
      'select facts, readable_key from source where recording_id = any ($1)',
      [[id, copyId]],
    );
    expect(rows).toEqual([
      { facts: null, readable_key: null },
      { facts: null, readable_key: null },
    ]);
    await prepareNow(server, id);
    expect(Math.abs((await get()).durationMs - 9_000)).toBeLessThanOrEqual(50);
  });

  it('is a lesson of several files as well as one', async () => {
    const parts = await Promise.all(
      ['silent.mp4', 'silent.mp4'].map((name) => filmBytes(name as 'silent.mp4')),
    );
    const { id: joined } = await amira.post('/api/recordings', {
      ...{ title: 'In two files', parts: 2, copyOf: id },
    });
    for (const [part, bytes] of parts.entries()) {
      const upload = await beginUpload(amira, joined, bytes.length, `${part}.mp4`, part);
      expect((await append(amira, upload, 0, bytes)).status).toBe(204);
    }
    await prepareNow(server, joined);
    copyId = joined;
    expect((await exchange()).status).toBe(200);
    await prepareNow(server, id);
    const after = await get();
    expect(after).toMatchObject({ state: 'ready', source: { parts: 2 } });
    expect(Math.abs(after.durationMs - 10_000)).toBeLessThanOrEqual(100);
    expect(await exchange({ isPutAway: false })).toMatchObject({ status: 200 });
    await prepareNow(server, id);
    expect(await get()).toMatchObject({ state: 'ready', source: { parts: 1 } });
  });
});

describe('deleting for good', () => {
  const emptied = async (recording: string) => {
    await query(`update recording set deleted_at = now() - interval '31 days' where id = $1`, [
      recording,
    ]);
    await sweepOnce(await openWorkshop(server), server.queue);
    expect((await query('select from recording where id = $1', [recording])).rowCount).toBe(0);
  };

  it('takes the file that a recording has, wherever it lies, and no other', async () => {
    await exchange();
    await prepareNow(server, id);
    await emptied(copyId);
    expect((await keys(`${id}/source/`)).length).toBe(0);
    const [kept, ...others] = await keys(`${copyId}/`);
    expect(others).toEqual([]);
    expect(await server.store.size(kept ?? '')).toBe(better.length);
    await amira.ask('PATCH', `/api/recordings/${id}/film`, { turned: 90 });
    await prepareNow(server, id);
    expect(await get()).toMatchObject({ state: 'ready', playable: true });
    await emptied(id);
    expect([...(await keys(`${id}/`)), ...(await keys(`${copyId}/`))]).toEqual([]);
  });

  it('is left to those who know that files lie in folders of others', async () => {
    await exchange();
    const old = `update recording set deleted_at = now() - interval '31 days' where id = $1`;
    await query(old, [copyId]);
    const worker = server.place.database.as('worker').plain;
    const gone = await worker.execute(sql`delete from recording where id = ${copyId}`);
    expect(gone.rowCount).toBe(0);
  });

  it('lets a copy be a recording like any other once the first is gone', async () => {
    await emptied(id);
    expect(await get(copyId)).toMatchObject({ state: 'ready', copyOf: null, copies: [] });
  });
});
