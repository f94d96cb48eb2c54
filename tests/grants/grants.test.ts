import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { draft, lesson, until, uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let ben: Client;
let carys: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  ben = await server.as('ben');
  carys = await server.as('carys');
});
afterAll(() => server.stop());

const bytes = Buffer.from('bytes');
const give = (by: Client, recordingId: string, to: string, more: object = {}) =>
  by.ask('POST', `/api/recordings/${recordingId}/grants`, {
    principal: { type: 'user', id: to },
    rights: ['view', 'comment'],
    ...more,
  });
const given = async (recordingId: string, to: Client, more: object = {}) => {
  const answer = await give(amira, recordingId, to.id, more);
  expect(answer.status, answer.text).toBe(201);
  return answer.json;
};
const sharedWith = async (client: Client): Promise<string[]> =>
  (await client.get('/api/recordings?scope=shared')).items.map(({ id }: { id: string }) => id);
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe('sharing', () => {
  it('shows the recording to the one it names, and to nobody else', async () => {
    const id = await uploaded(amira, bytes, { title: 'Shared' });
    const expiresAt = inSeconds(3600);
    const grant = await given(id, ben, { expiresAt, reason: ' Questioning ' });
    expect(grant).toMatchObject({
      recordingId: id,
      principal: { type: 'user', id: ben.id, name: 'Ben' },
      rights: ['view', 'comment'],
      startMs: null,
      endMs: null,
      expiresAt,
      reason: 'Questioning',
      grantedBy: { id: amira.id, name: 'Amira' },
    });
    expect(await sharedWith(ben)).toContain(id);
    const seen = await ben.get(`/api/recordings/${id}`);
    expect(seen).toMatchObject({
      title: 'Shared',
      isMine: false,
      owner: { name: 'Amira' },
      // What the file was called, and who else sees it, is its owner's business.
      source: null,
      audience: null,
      failure: null,
      abilities: { edit: false, share: false, delete: false, retry: false },
      conversations: [
        {
          id: grant.conversationId,
          with: { id: amira.id, name: 'Amira' },
          canComment: true,
          isLive: true,
        },
      ],
    });
    const own = await amira.get(`/api/recordings/${id}`);
    expect(own.audience).toEqual([{ type: 'user', name: 'Ben', canComment: true, expiresAt }]);
    expect(own.conversations).toMatchObject([{ id: grant.conversationId, with: { id: ben.id } }]);
    for (const name of ['carys', 'dev', 'olive'] as const) {
      const other = await server.as(name);
      expect(await sharedWith(other)).toEqual([]);
      expect((await other.ask('GET', `/api/recordings/${id}`)).status).toBe(404);
    }
  });

  it('waits until there is a video to share', async () => {
    const answer = await give(amira, await draft(amira), ben.id);
    expect([answer.status, answer.json.code]).toEqual([409, 'not_ready']);
  });

  it.each([
    [{ rights: [] }, 'rights'],
    [{ rights: ['comment'] }, 'rights'],
    [{ rights: ['view', 'view'] }, 'rights'],
    [{ rights: ['view', 'own'] }, 'rights.1'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ startMs: 1000, endMs: 2000 }, 'startMs'],
    [{ principal: { type: 'link', id: '00000000-0000-7000-8000-000000000000' } }, 'principal.type'],
    [{ reason: 'x'.repeat(501) }, 'reason'],
  ])('is refused with the field that does not fit: %o', async (more, path) => {
    const answer = await give(amira, await uploaded(amira, bytes), ben.id, more);
    expect(answer.status).toBe(422);
    expect(answer.json.fields.map((field: { path: string }) => field.path)).toContain(path);
  });

  it('is with somebody else, whom one knows', async () => {
    const id = await uploaded(amira, bytes);
    const self = await give(amira, id, amira.id);
    expect([self.status, self.json.fields[0].path]).toEqual([422, 'principal.id']);
    const olive = await server.as('olive');
    expect((await give(amira, id, olive.id)).status, 'a stranger').toBe(404);
    expect((await give(amira, id, '00000000-0000-7000-8000-000000000000')).status).toBe(404);
  });

  it('is the owner’s: who may look may not pass it on, nor change or end what was given', async () => {
    const id = await uploaded(amira, bytes);
    const grant = await given(id, ben);
    expect((await give(ben, id, carys.id)).status).toBe(404);
    for (const other of [ben, carys]) {
      const longer = { rights: ['view', 'comment', 'download'] };
      expect((await other.ask('PATCH', `/api/grants/${grant.id}`, longer)).status).toBe(404);
      expect((await other.ask('DELETE', `/api/grants/${grant.id}`)).status).toBe(404);
    }
    expect((await ben.get(`/api/recordings/${id}/grants`)).items).toMatchObject([{ id: grant.id }]);
    await given(id, carys);
    const his = (await ben.get(`/api/recordings/${id}/grants`)).items;
    expect(his, 'others’ grants are not his to see').toHaveLength(1);
    expect((await amira.get(`/api/recordings/${id}/grants`)).items).toHaveLength(2);
  });
});

describe('a grant', () => {
  it('is changed: what it allows, and until when', async () => {
    const id = await uploaded(amira, bytes);
    const grant = await given(id, ben);
    const change = (body: object) => amira.ask('PATCH', `/api/grants/${grant.id}`, body);
    expect((await change({ rights: ['view'] })).json).toMatchObject({
      id: grant.id,
      rights: ['view'],
    });
    const note = { startMs: 0, kind: 'notice', conversationId: grant.conversationId };
    expect((await ben.ask('POST', `/api/recordings/${id}/annotations`, note)).status).toBe(404);
    expect((await ben.get(`/api/recordings/${id}`)).conversations).toMatchObject([
      { canComment: false },
    ]);
    const expiresAt = inSeconds(60);
    expect((await change({ expiresAt })).json).toMatchObject({ rights: ['view'], expiresAt });
    expect((await change({ expiresAt: null })).json).toMatchObject({ expiresAt: null });
    expect((await change({ rights: ['comment'] })).status).toBe(422);
  });

  it('given again changes the one that is there', async () => {
    const id = await uploaded(amira, bytes);
    const first = await given(id, ben, { rights: ['view'] });
    const second = await given(id, ben, { rights: ['view', 'comment'], reason: 'Look again' });
    expect(second).toMatchObject({
      id: first.id,
      rights: ['view', 'comment'],
      reason: 'Look again',
    });
    expect((await amira.get(`/api/recordings/${id}/grants`)).items).toHaveLength(1);
    const many = await Promise.all([1, 2, 3, 4].map(() => given(id, carys)));
    expect(new Set(many.map((grant) => grant.id)).size).toBe(1);
  });

  it('ends by itself at its time, and can be given again', async () => {
    const id = await uploaded(amira, bytes);
    const grant = await given(id, ben, { expiresAt: inSeconds(1.5) });
    expect(await sharedWith(ben)).toContain(id);
    await until(async () => (await ben.ask('GET', `/api/recordings/${id}`)).status === 404);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(grant.expiresAt));
    expect(await sharedWith(ben)).not.toContain(id);
    expect((await amira.get(`/api/recordings/${id}`)).audience).toEqual([]);
    expect((await amira.get(`/api/recordings/${id}/grants`)).items).toEqual([]);
    const again = await given(id, ben);
    expect(again.conversationId).toBe(grant.conversationId);
    expect(await sharedWith(ben)).toContain(id);
  });

  it('reopens its conversation when it is given again; what was written stays with the owner meanwhile', async () => {
    const id = await uploaded(amira, bytes);
    const first = await given(id, ben);
    const { conversationId } = first;
    const note = await ben.post(`/api/recordings/${id}/annotations`, {
      startMs: 1000,
      kind: 'strength',
      body: 'Wait time',
      conversationId,
    });
    const priv = await ben.post(`/api/recordings/${id}/annotations`, {
      startMs: 0,
      kind: 'notice',
    });
    expect((await amira.ask('DELETE', `/api/grants/${first.id}`)).status).toBe(204);
    expect((await amira.ask('DELETE', `/api/grants/${first.id}`)).status).toBe(404);
    expect((await ben.ask('GET', `/api/recordings/${id}/annotations`)).status).toBe(404);
    for (const ended of [note, priv]) {
      const change = await ben.ask('PATCH', `/api/annotations/${ended.id}`, { body: 'Later' });
      expect(change.status).toBe(404);
      expect((await ben.ask('DELETE', `/api/annotations/${ended.id}`)).status).toBe(404);
    }
    expect((await amira.get(`/api/recordings/${id}/annotations`)).items).toMatchObject([
      { id: note.id, author: { name: 'Ben' } },
    ]);
    expect((await amira.get(`/api/recordings/${id}`)).conversations).toMatchObject([
      { id: conversationId, isLive: false, with: { name: 'Ben' } },
    ]);
    const again = await given(id, ben);
    expect(again.id).not.toBe(first.id);
    expect(again.conversationId).toBe(conversationId);
    const his = (await ben.get(`/api/recordings/${id}/annotations`)).items;
    expect(his.map((item: { id: string }) => item.id)).toEqual([priv.id, note.id]);
  });
});

describe('ending a grant', () => {
  it('stops a video that is playing, also where the browser asks whether its copy is still good', async () => {
    const id = await lesson(server, amira);
    const grant = await given(id, ben);
    const entry = await ben.ask('GET', `/api/recordings/${id}/media/main.m3u8`);
    expect(entry.status).toBe(302);
    const main = entry.headers.get('location') ?? '';
    const folder = main.replace('main.m3u8', '');
    const [medium] = /^\S+media\.m3u8$/m.exec((await ben.ask('GET', main)).text) ?? [''];
    const rendition = folder + medium.replace('media.m3u8', '');
    const paths = [
      main,
      folder + medium,
      `${rendition}init.mp4`,
      `${rendition}0.m4s`,
      `${folder}poster.jpg`,
    ];
    const tags = new Map<string, string>();
    for (const path of paths) {
      const answer = await ben.ask('GET', path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('cache-control')).toMatch(/^(no-store|private, no-cache)$/);
      const tag = answer.headers.get('etag');
      if (tag) {
        tags.set(path, tag);
        const same = await ben.ask('GET', path, undefined, { 'if-none-match': tag });
        expect([same.status, same.text]).toEqual([304, '']);
      }
    }
    expect(tags.size).toBe(3);

    expect((await amira.ask('DELETE', `/api/grants/${grant.id}`)).status).toBe(204);
    for (const path of paths) {
      for (const headers of [
        {},
        { 'if-none-match': tags.get(path) ?? '*' },
        { range: 'bytes=0-9' },
      ] as Record<string, string>[]) {
        for (const method of ['GET', 'HEAD']) {
          expect([path, (await ben.ask(method, path, undefined, headers)).status]).toEqual([
            path,
            404,
          ]);
        }
      }
      expect((await amira.ask('GET', path)).status, 'its owner goes on').toBe(200);
    }
    expect(await sharedWith(ben)).not.toContain(id);
  });

  it('needs the cut to be of the recording that is named', async () => {
    const id = await lesson(server, amira);
    const other = await uploaded(amira, bytes);
    const { cutId } = await amira.get(`/api/recordings/${id}`);
    await given(other, ben);
    expect((await ben.ask('GET', `/api/recordings/${other}/cuts/${cutId}/main.m3u8`)).status).toBe(
      404,
    );
    expect(
      (await amira.ask('GET', `/api/recordings/${other}/cuts/${cutId}/main.m3u8`)).status,
    ).toBe(404);
  });
});
