import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let ben: Client;
let carys: Client;
/** Amira's, shared with Ben, who may comment, and with Carys, who may not. */
let recordingId: string;
let withBen: string;
let withCarys: string;

beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  ben = await server.as('ben');
  carys = await server.as('carys');
  recordingId = await uploaded(amira, Buffer.from('bytes'));
  withBen = await share(ben.id, ['view', 'comment']);
  withCarys = await share(carys.id, ['view']);
});
afterAll(() => server.stop());

async function share(id: string, rights: string[]): Promise<string> {
  const body = { principal: { type: 'user', id }, rights };
  return (await amira.post(`/api/recordings/${recordingId}/grants`, body)).conversationId;
}
const write = (client: Client, note: object) =>
  client.ask('POST', `/api/recordings/${recordingId}/annotations`, {
    kind: 'notice',
    startMs: 1000,
    ...note,
  });
const written = async (client: Client, note: object) => {
  const answer = await write(client, note);
  expect(answer.status, answer.text).toBe(201);
  return answer.json;
};
const listed = async (client: Client): Promise<{ id: string; replies: unknown[] }[]> =>
  (await client.get(`/api/recordings/${recordingId}/annotations`)).items;
const sees = async (client: Client, id: string) =>
  (await listed(client)).some((note) => note.id === id);

describe('a note', () => {
  it('has its moment or its range, its kind and its words', async () => {
    const note = await written(amira, {
      startMs: 62_345,
      endMs: 70_001,
      kind: 'next_step',
      body: '  Wait longer after the question ',
    });
    expect(note).toMatchObject({
      recordingId,
      startMs: 62_345,
      endMs: 70_001,
      kind: 'next_step',
      body: 'Wait longer after the question',
      conversationId: null,
      author: { id: amira.id, name: 'Amira' },
      isMine: true,
      tags: [],
      replies: [],
    });
    const plain = await written(amira, { startMs: 0 });
    expect(plain).toMatchObject({ startMs: 0, endMs: null, body: '' });
  });

  it('stands in the list by its time', async () => {
    for (const startMs of [9_000, 3_000, 6_000]) await written(amira, { startMs });
    const times = (await amira.get(`/api/recordings/${recordingId}/annotations`)).items.map(
      ({ startMs }: { startMs: number }) => startMs,
    );
    expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
  });

  it('is written once, however often the same one is sent', async () => {
    const clientId = randomUUID();
    const all = await Promise.all(
      Array.from({ length: 5 }, () => written(amira, { body: 'Once', clientId })),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const later = await written(amira, { body: 'Not this', clientId });
    expect(later).toMatchObject({ id: all[0].id, body: 'Once' });
    const his = await written(ben, { body: 'His', clientId });
    expect(his.id).not.toBe(all[0].id);
  });

  it.each([
    [{ startMs: -1 }, 'startMs'],
    [{ startMs: 1.5 }, 'startMs'],
    [{ startMs: '1000' }, 'startMs'],
    [{ startMs: 90_000_000 }, 'startMs'],
    [{ startMs: 5000, endMs: 5000 }, 'endMs'],
    [{ startMs: 5000, endMs: 4000 }, 'endMs'],
    [{ kind: 'grade' }, 'kind'],
    [{ body: 'x'.repeat(5001) }, 'body'],
    [{ body: 'a\0b' }, 'body'],
    [{ conversationId: 'none' }, 'conversationId'],
  ])('is refused with the field that does not fit: %j', async (note, path) => {
    const answer = await write(amira, note);
    expect([answer.status, answer.json.code]).toEqual([422, 'invalid']);
    expect(answer.json.fields.map((field: { path: string }) => field.path)).toEqual([path]);
  });

  it('keeps a range in order when only one end moves', async () => {
    const { id } = await written(amira, { startMs: 1000, endMs: 2000 });
    const move = (change: object) => amira.ask('PATCH', `/api/annotations/${id}`, change);
    const answer = await move({ startMs: 2000 });
    expect([answer.status, answer.json.fields?.[0].path]).toEqual([422, 'endMs']);
    expect((await move({ endMs: 500 })).status).toBe(422);
    expect((await move({ startMs: 2000, endMs: 3000 })).json).toMatchObject({
      startMs: 2000,
      endMs: 3000,
    });
    expect((await move({ endMs: null })).json).toMatchObject({ startMs: 2000, endMs: null });
  });

  it('is changed by its author alone', async () => {
    const { id } = await written(ben, { body: 'Ben’s words', conversationId: withBen });
    for (const other of [amira, carys]) {
      expect(
        (await other.ask('PATCH', `/api/annotations/${id}`, { body: 'Not mine' })).status,
      ).toBe(404);
      expect((await other.ask('DELETE', `/api/annotations/${id}`)).status).toBe(404);
    }
    const changed = await ben.ask('PATCH', `/api/annotations/${id}`, { body: 'Better words' });
    expect(changed.json).toMatchObject({ id, body: 'Better words', conversationId: withBen });
  });

  it('comes back whole after it was taken away', async () => {
    const { id } = await written(ben, { body: 'Keep me', conversationId: withBen });
    await amira.post(`/api/annotations/${id}/replies`, { body: 'Yes' });
    const before = (await listed(amira)).find((note) => note.id === id);
    expect((await ben.ask('DELETE', `/api/annotations/${id}`)).status).toBe(204);
    expect(await sees(ben, id)).toBe(false);
    expect(await sees(amira, id)).toBe(false);
    expect((await ben.ask('DELETE', `/api/annotations/${id}`)).status).toBe(404);
    expect(
      (await amira.ask('POST', `/api/annotations/${id}/replies`, { body: 'Too late' })).status,
    ).toBe(404);
    expect((await amira.ask('POST', `/api/annotations/${id}/restore`)).status).toBe(404);
    const back = await ben.post(`/api/annotations/${id}/restore`);
    expect(back).toMatchObject({ id, body: 'Keep me', replies: [{ body: 'Yes' }] });
    const after = (await listed(amira)).find((note) => note.id === id);
    // Nor has it been edited.
    expect(after).toEqual(before);
  });

  it('is not written after the lesson’s end', async () => {
    const { pool } = server.place.database.as('admin');
    const end = (ms: number | null) =>
      pool.query('update recording set duration_ms = $1 where id = $2', [ms, recordingId]);
    await end(90_000);
    try {
      const { id } = await written(amira, { startMs: 90_400 });
      const late = await write(amira, { startMs: 200_000 });
      expect(late.status).toBe(422);
      expect(late.json.fields).toMatchObject([{ path: 'startMs' }]);
      const longer = await amira.ask('PATCH', `/api/annotations/${id}`, { endMs: 95_000 });
      expect(longer.status).toBe(422);
      expect(longer.json.fields).toMatchObject([{ path: 'endMs' }]);
      expect(await listed(amira)).toContainEqual(expect.objectContaining({ id, endMs: null }));
    } finally {
      await end(null);
    }
  });
});

it('what one wrote can be taken back by somebody who may only look from now on', async () => {
  const dev = await server.as('dev');
  const conversationId = await share(dev.id, ['view', 'comment']);
  const note = await written(dev, { body: 'Too hasty', conversationId });
  const hers = await written(amira, { conversationId });
  const [answer] = (await dev.post(`/api/annotations/${hers.id}/replies`, { body: 'This too' }))
    .replies;
  await share(dev.id, ['view']);

  const change = (path: string) => dev.ask('PATCH', path, { body: 'Other words' });
  expect((await change(`/api/annotations/${note.id}`)).status).toBe(404);
  expect((await change(`/api/replies/${answer.id}`)).status).toBe(404);
  expect((await dev.ask('DELETE', `/api/annotations/${note.id}`)).status).toBe(204);
  expect((await dev.ask('DELETE', `/api/replies/${answer.id}`)).json.replies).toEqual([]);
  expect(await sees(amira, note.id)).toBe(false);
  expect((await dev.ask('POST', `/api/annotations/${note.id}/restore`)).status).toBe(404);
});

describe('a private note', () => {
  it('is its author’s alone, the recording’s owner included among those who can’t see it', async () => {
    const hers = await written(amira, { body: 'Private' });
    const his = await written(ben, { body: 'Private too' });
    expect([await sees(amira, hers.id), await sees(ben, hers.id)]).toEqual([true, false]);
    expect([await sees(ben, his.id), await sees(amira, his.id)]).toEqual([true, false]);
    expect(
      (await amira.ask('POST', `/api/annotations/${his.id}/replies`, { body: 'x' })).status,
    ).toBe(404);
  });

  it('can be put into a conversation, and then is seen there', async () => {
    const { id } = await written(amira, { body: 'Look at this' });
    const moved = await amira.ask('PATCH', `/api/annotations/${id}`, { conversationId: withBen });
    expect(moved.json).toMatchObject({ id, conversationId: withBen });
    expect([await sees(ben, id), await sees(carys, id)]).toEqual([true, false]);
    const away = await amira.ask('PATCH', `/api/annotations/${id}`, { conversationId: null });
    expect(away.status).toBe(200);
    expect(await sees(ben, id)).toBe(false);
  });

  it('is not put where one may not speak', async () => {
    const { id } = await written(carys, { body: 'To Amira' });
    for (const conversationId of [withBen, withCarys, randomUUID()]) {
      expect((await carys.ask('PATCH', `/api/annotations/${id}`, { conversationId })).status).toBe(
        404,
      );
      expect((await write(carys, { conversationId })).status).toBe(404);
    }
    expect((await listed(carys)).find((note) => note.id === id)).toMatchObject({
      conversationId: null,
    });
  });
});

describe('an answer', () => {
  it('goes to those who take part', async () => {
    const note = await written(amira, { body: 'What did you see?', conversationId: withBen });
    const clientId = randomUUID();
    const answer = { body: 'A pause', clientId };
    await Promise.all([1, 2, 3].map(() => ben.post(`/api/annotations/${note.id}/replies`, answer)));
    const shown = (await listed(amira)).find(({ id }) => id === note.id);
    expect(shown).toMatchObject({
      replies: [{ body: 'A pause', author: { name: 'Ben' }, isMine: false }],
    });
    expect((await carys.ask('POST', `/api/annotations/${note.id}/replies`, answer)).status).toBe(
      404,
    );
    const empty = await ben.ask('POST', `/api/annotations/${note.id}/replies`, { body: '  ' });
    expect([empty.status, empty.json.fields[0].path]).toEqual([422, 'body']);
  });

  it('is not taken for written where its own id was used on another note', async () => {
    const first = await written(amira, { conversationId: withBen });
    const second = await written(amira, { conversationId: withBen });
    const answer = { body: 'Here', clientId: randomUUID() };
    const reply = (id: string) => ben.ask('POST', `/api/annotations/${id}/replies`, answer);
    expect((await reply(first.id)).status).toBe(201);
    expect((await reply(second.id)).status).toBe(404);
    expect((await reply(first.id)).json.replies).toHaveLength(1);
    expect((await listed(amira)).find(({ id }) => id === second.id)?.replies).toEqual([]);
  });

  it('needs the right to comment', async () => {
    const note = await written(amira, { body: 'Only to look at', conversationId: withCarys });
    expect(await sees(carys, note.id)).toBe(true);
    const answer = await carys.ask('POST', `/api/annotations/${note.id}/replies`, { body: 'x' });
    expect(answer.status).toBe(404);
  });

  it('is changed, taken away and brought back by its author alone', async () => {
    const note = await written(amira, { conversationId: withBen });
    const [{ id }] = (await ben.post(`/api/annotations/${note.id}/replies`, { body: 'First' }))
      .replies;
    const asAmira = [
      await amira.ask('PATCH', `/api/replies/${id}`, { body: 'Not mine' }),
      await amira.ask('DELETE', `/api/replies/${id}`),
    ];
    expect(asAmira.map(({ status }) => status)).toEqual([404, 404]);
    const changed = await ben.ask('PATCH', `/api/replies/${id}`, { body: 'Second' });
    expect(changed.json.replies).toMatchObject([{ id, body: 'Second' }]);
    expect((await ben.ask('DELETE', `/api/replies/${id}`)).json.replies).toEqual([]);
    expect((await ben.ask('PATCH', `/api/replies/${id}`, { body: 'Third' })).status).toBe(404);
    expect((await amira.ask('POST', `/api/replies/${id}/restore`)).status).toBe(404);
    expect((await ben.post(`/api/replies/${id}/restore`)).replies).toMatchObject([
      { body: 'Second' },
    ]);
  });

  it('keeps the note that it answers where it was', async () => {
    const note = await written(amira, { conversationId: withBen });
    await ben.post(`/api/annotations/${note.id}/replies`, { body: 'For the two of us' });
    for (const conversationId of [withCarys, null]) {
      const moved = await amira.ask('PATCH', `/api/annotations/${note.id}`, { conversationId });
      expect(moved.status).toBe(404);
    }
    expect(await sees(carys, note.id)).toBe(false);
  });
});
