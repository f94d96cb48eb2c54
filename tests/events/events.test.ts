import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, signIn } from '../world/client.ts';
import { draft, until, uploaded } from '../world/lesson.ts';
import { listenAs } from '../world/listening.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let ben: Client;
let carys: Client;
beforeAll(async () => {
  server = await startServer({ sessionCheckMs: 200 });
  amira = await server.as('amira');
  ben = await server.as('ben');
  carys = await server.as('carys');
});
afterAll(() => server.stop());

const given = (recordingId: string, to: Client) =>
  amira.post(`/api/recordings/${recordingId}/grants`, {
    principal: { type: 'user', id: to.id },
    rights: ['view', 'comment'],
  });
const write = (client: Client, recordingId: string, conversationId: string | null) =>
  client.post(`/api/recordings/${recordingId}/annotations`, {
    startMs: 0,
    kind: 'notice',
    conversationId,
  });

/** Lets everything that was announced arrive: what comes later than something of Amira's own has come. */
async function everythingHeard(stream: { about(id: string): string[] }) {
  const id = await draft(amira, 'The last thing');
  await until(async () => stream.about(id).length > 0);
  await sleep(100);
}

describe('live events', () => {
  it('reach whoever may see what changed, and nobody else', async () => {
    const id = await uploaded(amira, Buffer.from('bytes'));
    const { conversationId } = await given(id, ben);
    const [hers, his, others] = await Promise.all([
      listenAs(amira),
      listenAs(ben),
      listenAs(carys),
    ]);
    const strangers = await listenAs(await server.as('olive'));
    const administrators = await listenAs(await server.as('dev'));

    await everythingHeard(hers);
    for (const stream of [hers, his]) stream.heard.length = 0;

    await write(ben, id, conversationId);
    await until(async () => hers.about(id).includes('annotation'));
    await until(async () => his.about(id).includes('annotation'));
    const note = await write(amira, id, conversationId);
    await amira.post(`/api/annotations/${note.id}/replies`, { body: 'And this' });
    await amira.ask('PATCH', `/api/recordings/${id}`, { title: 'New title' });
    await until(async () => his.about(id).includes('recording'));
    await everythingHeard(hers);
    expect(his.about(id)).toEqual(['annotation', 'annotation', 'annotation', 'recording']);
    expect(hers.about(id)).toEqual(his.about(id));
    for (const stream of [others, strangers, administrators]) expect(stream.heard).toEqual([]);

    // A private note is nobody else's business, not even that it was written.
    await write(amira, id, null);
    await write(ben, id, null);
    await everythingHeard(hers);
    expect(his.about(id)).toHaveLength(5);
    expect(hers.about(id)).toHaveLength(5);
    for (const stream of [hers, his, others, strangers, administrators]) stream.close();
  });

  it('tell that something changed, and never what', async () => {
    const stream = await listenAs(amira);
    const id = await draft(amira, 'Secret title');
    await until(async () => stream.about(id).length > 0);
    for (const event of stream.heard)
      expect(Object.keys(event).sort()).toEqual(['recordingId', 'type']);
    stream.close();
  });

  it('come once to each of a person’s screens', async () => {
    const [one, two] = await Promise.all([listenAs(amira), listenAs(amira)]);
    const id = await draft(amira);
    await everythingHeard(one);
    await everythingHeard(two);
    expect([one.about(id), two.about(id)]).toEqual([['recording'], ['recording']]);
    one.close();
    two.close();
  });

  it('end for who has lost access with the news of it', async () => {
    const id = await uploaded(amira, Buffer.from('bytes'));
    const [hers, his] = await Promise.all([listenAs(amira), listenAs(ben)]);
    await everythingHeard(hers);
    hers.heard.length = 0;
    const grant = await given(id, ben);
    await until(async () => his.about(id).includes('grant'));
    await amira.ask('DELETE', `/api/grants/${grant.id}`);
    await until(async () => his.about(id).length === 2);
    await write(amira, id, grant.conversationId);
    await amira.ask('PATCH', `/api/recordings/${id}`, { title: 'Mine alone' });
    await everythingHeard(hers);
    expect(his.about(id)).toEqual(['grant', 'grant']);
    expect(hers.about(id)).toEqual(['grant', 'grant', 'annotation', 'recording']);
    hers.close();
    his.close();
  });
});

describe('a stream', () => {
  it('ends with its session, and with no other', async () => {
    const { address, place } = server;
    const leaving = await signIn(address, place.emailOf('amira'), place.password);
    const [stays, ends] = await Promise.all([listenAs(amira), listenAs(leaving)]);
    await leaving.ask('POST', '/api/auth/sign-out');
    await ends.ended;
    const id = await draft(amira);
    await until(async () => stays.about(id).length > 0);
    expect(ends.about(id)).toEqual([]);
    expect(stays.state.hasEnded).toBe(false);
    stays.close();
  });

  it('ends where something may have been missed, so that the browser asks for everything again', async () => {
    const before = await listenAs(amira);
    const { rows } = await server.place.database.as('admin').pool.query(
      `select pg_terminate_backend(pid) as is_ended from pg_stat_activity
       where datname = current_database() and query ilike 'listen second_look' and pid <> pg_backend_pid()`,
    );
    // One listens for the streams, the other for pieces that are waited for.
    expect(rows).toEqual([{ is_ended: true }, { is_ended: true }]);
    await before.ended;
    const after = await listenAs(amira);
    const id = await draft(amira);
    await until(async () => after.about(id).length > 0);
    expect(after.about(id)).toEqual(['recording']);
    after.close();
  });
});
