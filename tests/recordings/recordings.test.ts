import { randomUUID } from 'node:crypto';
import { trashDays } from '@second-look/core/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { draft, lesson, uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let ben: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  ben = await server.as('ben');
});
afterAll(() => server.stop());

const titles = ({ items }: { items: { title: string }[] }) => items.map(({ title }) => title);

describe('a draft', () => {
  it('keeps what its owner says about the lesson', async () => {
    const about = {
      title: '  Fractions with number lines ',
      subject: 'Mathematics',
      phase: 'primary',
      yearGroup: 'Year 4',
      className: '4B',
      lessonDate: '2026-03-04',
    };
    const made = await amira.post('/api/recordings', about);
    expect(made).toMatchObject({
      ...about,
      title: 'Fractions with number lines',
      state: 'draft',
      playable: false,
      isMine: true,
      owner: { id: amira.id, name: 'Amira' },
      audience: [],
      source: null,
      conversations: [],
      abilities: { edit: true, share: true, delete: true, retry: false },
    });
    const changed = await amira.ask('PATCH', `/api/recordings/${made.id}`, {
      title: 'Number lines',
      subject: null,
    });
    expect(changed.json).toMatchObject({ title: 'Number lines', subject: null, className: '4B' });
    expect(await amira.get(`/api/recordings/${made.id}`)).toEqual(changed.json);
  });

  it('is made once, however often the same one is sent', async () => {
    const clientId = randomUUID();
    const make = () => amira.post('/api/recordings', { title: 'Once', clientId });
    const all = await Promise.all([make(), make(), make(), make(), make()]);
    all.push(await make());
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(
      titles(await amira.get('/api/recordings')).filter((title) => title === 'Once'),
    ).toHaveLength(1);
    const his = await ben.post('/api/recordings', { title: 'His own', clientId });
    expect(his).toMatchObject({ title: 'His own', owner: { id: ben.id } });
  });

  it.each([
    [{}, ['title']],
    [{ title: ' ' }, ['title']],
    [{ title: 'x'.repeat(201) }, ['title']],
    [{ title: 'x', phase: 'nursery', lessonDate: '4 March' }, ['lessonDate', 'phase']],
    [{ title: 'x', clientId: 'mine' }, ['clientId']],
    [{ title: 'x', clientId: '-'.repeat(36) }, ['clientId']],
    [
      { title: 'a\0b', subject: '\0', yearGroup: '\0', className: '\0' },
      ['className', 'subject', 'title', 'yearGroup'],
    ],
    [{ title: 'x', lessonDate: '0000-01-01' }, ['lessonDate']],
  ])('is refused with the fields that do not fit: %j', async (body, paths) => {
    const answer = await amira.ask('POST', '/api/recordings', body);
    expect(answer.status).toBe(422);
    expect(answer.json.code).toBe('invalid');
    expect(answer.json.fields.map(({ path }: { path: string }) => path).sort()).toEqual(paths);
    for (const { message } of answer.json.fields) expect(message).not.toBe('');
  });

  it('cannot be watched', async () => {
    const id = await draft(amira);
    const answer = await amira.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
    expect([answer.status, answer.json.code]).toEqual([409, 'not_ready']);
  });
});

describe('the cut that is shown', () => {
  it('is one that can be watched, before a wider one that cannot', async () => {
    const id = await lesson(server, amira);
    const { cutId: whole } = await amira.get(`/api/recordings/${id}`);
    const { pool } = server.place.database.as('admin');
    const part = randomUUID();
    await pool.query(
      `insert into cut (id, recording_id, start_ms, end_ms, published_attempt) values ($1, $2, 0, 500, 1)`,
      [part, id],
    );
    expect((await amira.get(`/api/recordings/${id}`)).cutId).toBe(whole);
    await pool.query('update cut set published_attempt = null where id = $1', [whole]);
    expect((await amira.get(`/api/recordings/${id}`)).cutId).toBe(part);
  });
});

describe('the list', () => {
  it('goes page by page, newest first, each recording once', async () => {
    const carys = await server.as('carys');
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) made.unshift(await draft(carys, `Lesson ${index}`));
    const seen: string[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const page = await carys.get(`/api/recordings?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.nextCursor;
      pages += 1;
      // A lesson that arrives meanwhile moves nothing.
      if (pages === 1) await draft(carys, 'Meanwhile');
    } while (cursor);
    expect(seen).toEqual(made);
    expect(pages).toBe(3);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=nonsense',
    `cursor=${'-'.repeat(36)}`,
    'cursor=%00',
    'scope=everything',
  ])('refuses ?%s', async (query) => {
    expect((await amira.ask('GET', `/api/recordings?${query}`)).status).toBe(422);
  });
});

describe('what cannot be kept', () => {
  it('is refused wherever words are taken', async () => {
    const id = await draft(amira);
    const refused = [
      await amira.ask('GET', '/api/people?q=%00'),
      await amira.ask('PATCH', `/api/recordings/${id}`, { title: '\0' }),
      await amira.ask('POST', `/api/recordings/${id}/grants`, {
        principal: { type: 'user', id: ben.id },
        rights: ['view'],
        reason: '\0',
      }),
      await amira.ask('POST', '/api/auth/sign-in/email', { email: 'a\0@b.test', password: '\0' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422, 422]);
  });

  it('an id is the same in capitals', async () => {
    const id = await draft(amira);
    expect((await amira.get(`/api/recordings/${id.toUpperCase()}`)).id).toBe(id);
    const oneself = await amira.ask('POST', `/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: amira.id.toUpperCase() },
      rights: ['view'],
    });
    expect(oneself.json.fields?.[0].path).toBe('principal.id');
  });
});

describe('the trash', () => {
  it('hides a recording from everybody until it is taken out', async () => {
    const id = await lesson(server, amira, 'Thrown away');
    await amira.post(`/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: ben.id },
      rights: ['view'],
    });
    const { cutId } = await ben.get(`/api/recordings/${id}`);
    const paths = [
      `/api/recordings/${id}`,
      `/api/recordings/${id}/annotations`,
      `/api/recordings/${id}/grants`,
      `/api/recordings/${id}/media/main.m3u8`,
      `/api/recordings/${id}/cuts/${cutId}/main.m3u8`,
    ];
    const poster = `/api/recordings/${id}/cuts/${cutId}/poster.jpg`;
    expect((await amira.ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
    for (const person of [amira, ben]) {
      for (const path of paths)
        expect([path, (await person.ask('GET', path)).status]).toEqual([path, 404]);
    }
    expect(titles(await amira.get('/api/recordings'))).not.toContain('Thrown away');
    expect(titles(await ben.get('/api/recordings?scope=shared'))).not.toContain('Thrown away');
    const trash = await amira.get('/api/recordings?scope=trash');
    expect(trash.items).toMatchObject([{ id, deletedAt: expect.any(String) }]);
    expect((await amira.ask('GET', trash.items[0].posterUrl)).status).toBe(200);
    expect((await ben.ask('GET', poster)).status).toBe(404);
    expect(titles(await ben.get('/api/recordings?scope=trash'))).toEqual([]);
    expect((await ben.ask('POST', `/api/recordings/${id}/restore`)).status).toBe(404);

    expect(await amira.post(`/api/recordings/${id}/restore`)).toMatchObject({
      id,
      deletedAt: null,
    });
    expect(titles(await ben.get('/api/recordings?scope=shared'))).toContain('Thrown away');
    for (const path of [...paths, poster]) {
      expect((await ben.ask('GET', path)).status).toBeLessThan(400);
    }
    expect((await amira.ask('POST', `/api/recordings/${id}/restore`)).status).toBe(404);
  });

  it('gives nothing back that is over', async () => {
    const id = await lesson(server, amira, 'Long ago');
    const { posterUrl } = await amira.get(`/api/recordings/${id}`);
    const { pool } = server.place.database.as('admin');
    const trashed = async (days: number) => {
      await pool.query(
        'update recording set deleted_at = now() - make_interval(days => $2) where id = $1',
        [id, days],
      );
      return titles(await amira.get('/api/recordings?scope=trash'));
    };
    expect(await trashed(trashDays)).not.toContain('Long ago');
    expect((await amira.ask('POST', `/api/recordings/${id}/restore`)).status).toBe(404);
    expect((await amira.ask('GET', posterUrl)).status).toBe(404);
    expect(await trashed(trashDays - 1)).toContain('Long ago');
    expect((await amira.post(`/api/recordings/${id}/restore`)).title).toBe('Long ago');
  });
});

describe('somebody else’s recording', () => {
  it('answers each route as what does not exist', async () => {
    const id = await lesson(server, amira, 'Private');
    const { cutId } = await amira.get(`/api/recordings/${id}`);
    const note = await amira.post(`/api/recordings/${id}/annotations`, {
      startMs: 0,
      kind: 'notice',
    });
    const nothing = randomUUID();
    const routes = (recording: string, cut: string, annotation: string) =>
      [
        ['GET', `/api/recordings/${recording}`],
        ['PATCH', `/api/recordings/${recording}`, { title: 'Mine now' }],
        ['DELETE', `/api/recordings/${recording}`],
        ['POST', `/api/recordings/${recording}/restore`, {}],
        ['POST', `/api/recordings/${recording}/retry`, {}],
        ['GET', `/api/recordings/${recording}/annotations`],
        ['POST', `/api/recordings/${recording}/annotations`, { startMs: 0, kind: 'notice' }],
        ['GET', `/api/recordings/${recording}/grants`],
        [
          'POST',
          `/api/recordings/${recording}/grants`,
          { principal: { type: 'user', id: amira.id }, rights: ['view'] },
        ],
        ['GET', `/api/recordings/${recording}/media/main.m3u8`],
        ['GET', `/api/recordings/${recording}/cuts/${cut}/main.m3u8`],
        ['GET', `/api/recordings/${recording}/cuts/${cut}/poster.jpg`],
        ['PATCH', `/api/annotations/${annotation}`, { body: 'Mine now' }],
        ['DELETE', `/api/annotations/${annotation}`],
        ['POST', `/api/annotations/${annotation}/restore`, {}],
        ['POST', `/api/annotations/${annotation}/replies`, { body: 'Hello' }],
      ] as const;
    const comparable = (answer: { status: number; json: object }) => ({
      ...answer.json,
      status: answer.status,
      requestId: '',
    });
    for (const name of ['ben', 'dev', 'olive'] as const) {
      const other = await server.as(name);
      const real = routes(id, cutId, note.id);
      const unreal = routes(nothing, nothing, nothing);
      for (const [index, [method, path, body]] of real.entries()) {
        const hidden = await other.ask(method, path, body);
        const [, absent = '', sameBody] = unreal[index] ?? [];
        expect([name, path, hidden.status]).toEqual([name, path, 404]);
        expect(comparable(hidden)).toEqual(comparable(await other.ask(method, absent, sameBody)));
      }
      expect(titles(await other.get('/api/recordings?scope=shared'))).not.toContain('Private');
    }
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      title: 'Private',
      deletedAt: null,
    });
  });
});

describe('trying again', () => {
  it('is for what failed', async () => {
    const id = await uploaded(amira, Buffer.from('no video'));
    const early = await amira.ask('POST', `/api/recordings/${id}/retry`, {});
    expect([early.status, early.json.code]).toEqual([409, 'not_failed']);
    const { pool } = server.place.database.as('admin');
    await pool.query(
      `update processing_step set state = 'failed', attempt = 3 where recording_id = $1`,
      [id],
    );
    await pool.query(
      `update recording set state = 'failed', failure_code = 'encode_failed' where id = $1`,
      [id],
    );
    const failed = await amira.get(`/api/recordings/${id}`);
    expect(failed).toMatchObject({ state: 'failed', abilities: { retry: true } });
    expect(failed.failure.detail).toMatch(/try again/);
    expect((await ben.ask('POST', `/api/recordings/${id}/retry`, {})).status).toBe(404);
    const again = await amira.post(`/api/recordings/${id}/retry`);
    expect(again).toMatchObject({
      state: 'processing',
      failure: null,
      abilities: { retry: false },
    });
    const { rows } = await pool.query(
      'select state, reopened_after from processing_step where recording_id = $1',
      [id],
    );
    expect(rows).toEqual([{ state: 'pending', reopened_after: 3 }]);
  });
});
