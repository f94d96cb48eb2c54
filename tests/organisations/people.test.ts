/** Administrators invite people and look after who works where; people join by the link they get. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, cookieOf, send, signIn } from '../world/client.ts';
import { lesson } from '../world/lesson.ts';
import { startMailServer, type TestMailServer } from '../world/mail.ts';
import { startServer, type TestServer } from '../world/server.ts';

const password = 'a password of one’s own';
let mail: TestMailServer;
let server: TestServer;
/** The trust's administrator. */
let dev: Client;
let amira: Client;
let school: string;
let trust: string;
beforeAll(async () => {
  mail = await startMailServer();
});
afterAll(() => mail.close());
beforeEach(async () => {
  server = await startServer({ env: mail.env });
  dev = await server.as('dev');
  amira = await server.as('amira');
  const { items } = await dev.get('/api/organisations');
  const idOf = (name: string) => items.find((row: { name: string }) => row.name === name).id;
  [school, trust] = [idOf('First School'), idOf('Trust')];
});
afterEach(() => server.stop());

const invite = (emails: string[], { role = 'member', at = school, by = dev } = {}) =>
  by.ask('POST', `/api/organisations/${at}/invitations`, { emails, role });
const people = async (at = school, by = dev) => by.get(`/api/organisations/${at}/people`);
const open = (name: 'look' | 'accept', body: object, cookie?: string) =>
  send(server.address, 'POST', `/api/invitations/${name}`, {
    body,
    headers: cookie ? { cookie } : {},
  });

async function tokenFor(email: string): Promise<string> {
  return /\/join#(\S+)/.exec((await mail.next(email)).text)?.[1] ?? '';
}
async function invited(email: string, role = 'member', at = school): Promise<string> {
  expect((await invite([email], { role, at })).json).toMatchObject({ invited: [email] });
  return tokenFor(email);
}
const staffOf = async (email: string, at = school) =>
  (await people(at)).people.find((row: { email: string }) => row.email === email);

describe('an invitation', () => {
  it('makes an account for whoever has the link, once', async () => {
    const token = await invited('new.teacher@school.test', 'lead');
    expect((await open('look', { token })).json).toMatchObject({
      ...{ email: 'new.teacher@school.test', organisation: 'First School', role: 'lead' },
      ...{ invitedBy: 'Dev', hasAccount: false },
    });
    expect((await open('accept', { token, name: 'Nia' })).status).toBe(422);
    expect((await open('accept', { token, name: 'Nia', password: 'short' })).status).toBe(422);
    expect((await open('accept', { token, name: ' Nia Rees ', password })).status).toBe(204);
    const nia = await signIn(server.address, 'new.teacher@school.test', password);
    expect(await nia.get('/api/me')).toMatchObject({
      name: 'Nia Rees',
      organisations: [{ name: 'First School', role: 'lead' }],
    });
    expect((await open('accept', { token, name: 'Nia', password })).json).toMatchObject({
      ...{ status: 410, code: 'invitation_over' },
    });
    expect((await open('look', { token })).json).toMatchObject({ code: 'invitation_over' });
    expect((await people()).invitations).toEqual([]);
  });

  it('goes to each address of a list that is one, and says of the others why not', async () => {
    const list = [
      'one@new.test',
      ' Two@New.test ',
      'one@NEW.test',
      'no address',
      'amira@school.test',
    ];
    const { status, json } = await invite(list);
    expect([status, json]).toEqual([
      200,
      {
        invited: ['one@new.test', 'two@new.test'],
        refused: [
          { email: 'no address', reason: 'This is no e-mail address.' },
          { email: 'amira@school.test', reason: 'They work there already.' },
        ],
      },
    ]);
    await Promise.all([mail.next('one@new.test'), mail.next('two@new.test')]);
    expect(await mail.count('one@new.test')).toBe(0);
    const { invitations } = await people();
    expect(invitations.map(({ email }: { email: string }) => email).sort()).toEqual([
      ...['one@new.test', 'two@new.test'],
    ]);
  });

  it('is replaced by a newer one, withdrawn, and over after a while', async () => {
    const first = await invited('late@new.test');
    const second = await invited('late@new.test', 'lead');
    expect((await open('look', { token: first })).status).toBe(410);
    expect((await open('look', { token: second })).json).toMatchObject({ role: 'lead' });
    const [{ id }] = (await people()).invitations;
    expect((await amira.ask('DELETE', `/api/invitations/${id}`)).status).toBe(404);
    expect((await dev.ask('DELETE', `/api/invitations/${id}`)).status).toBe(204);
    expect((await open('look', { token: second })).status).toBe(410);
    const third = await invited('late@new.test');
    const { pool } = server.place.database.as('admin');
    const { rows } = await pool.query('select token_hash from invitation');
    expect(JSON.stringify(rows)).not.toContain(third);
    await pool.query(`update invitation set expires_at = now() - interval '1 second'`);
    expect((await open('accept', { token: third, name: 'Late', password })).status).toBe(410);
    expect((await people()).invitations).toMatchObject([{ email: 'late@new.test', isOver: true }]);
  });

  it('to somebody who is here already is theirs alone to accept', async () => {
    const at = (await dev.get('/api/organisations')).items.find(
      ({ name }: { name: string }) => name === 'Second School',
    ).id;
    const token = await invited('amira@school.test', 'member', at);
    expect((await open('look', { token })).json).toMatchObject({ hasAccount: true });
    const asNew = await open('accept', { token, name: 'Amira', password });
    expect(asNew.json).toMatchObject({ code: 'sign_in_first' });
    const ben = await server.as('ben');
    expect((await open('accept', { token }, ben.cookie)).json).toMatchObject({
      code: 'other_address',
    });
    const fresh = await invited('fresh@new.test');
    expect((await open('accept', { token: fresh }, ben.cookie)).json).toMatchObject({
      code: 'other_address',
    });
    expect((await open('accept', { token }, amira.cookie)).status).toBe(204);
    const { organisations } = await amira.get('/api/me');
    expect(organisations.map(({ name }: { name: string }) => name)).toEqual([
      ...['First School', 'Second School'],
    ]);
  });

  it('stands where its mail could not be sent, and says so', async () => {
    await server.stop();
    server = await startServer({
      env: { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'look@school.test' },
    });
    dev = await server.as('dev');
    const [{ id }] = (await dev.get('/api/organisations')).items;
    const { json } = await invite(['nobody@new.test'], { at: id });
    expect(json).toMatchObject({ invited: [], refused: [{ email: 'nobody@new.test' }] });
    expect(json.refused[0].reason).toContain('could not be sent');
    expect((await people(id)).invitations).toMatchObject([{ email: 'nobody@new.test' }]);
  });
});

describe('who looks after whom', () => {
  it('is an administrator, of their school or of all in their trust, and nobody else', async () => {
    for (const client of [amira, await server.as('olive')]) {
      expect((await client.get('/api/organisations')).items).toEqual([]);
      expect((await client.ask('GET', `/api/organisations/${school}/people`)).status).toBe(404);
      expect((await invite(['x@new.test'], { by: client })).status).toBe(404);
    }
    const token = await invited('head@school.test', 'admin');
    await open('accept', { token, name: 'Head', password });
    const head = await signIn(server.address, 'head@school.test', password);
    expect((await head.get('/api/organisations')).items).toMatchObject([{ name: 'First School' }]);
    expect((await invite(['x@new.test'], { by: head })).status).toBe(200);
    expect((await invite(['x@new.test'], { by: head, at: trust })).status).toBe(404);
    expect((await head.ask('GET', `/api/organisations/${trust}/people`)).status).toBe(404);
    // Looking after people gives no sight of lessons.
    const id = await lesson(server, amira);
    expect((await head.ask('GET', `/api/recordings/${id}`)).status).toBe(404);
  });

  it('gives roles, but to nobody themselves', async () => {
    const role = (user: string, to: string, by = dev, at = school) =>
      by.ask('PATCH', `/api/organisations/${at}/people/${user}`, { role: to });
    expect((await role(amira.id, 'lead')).status).toBe(204);
    expect(await staffOf('amira@school.test')).toMatchObject({ name: 'Amira', role: 'lead' });
    expect((await role(amira.id, 'admin', amira)).status).toBe(404);
    expect((await role(dev.id, 'member', dev, trust)).json).toMatchObject({ code: 'oneself' });
    expect((await role(amira.id, 'head')).status).toBe(422);
  });

  it('leaves one administrator where two take each other’s role at once', async () => {
    const token = await invited('second@school.test', 'admin', trust);
    await open('accept', { token, name: 'Second', password });
    const second = await signIn(server.address, 'second@school.test', password);
    const take = (by: Client, from: Client) =>
      by.ask('PATCH', `/api/organisations/${trust}/people/${from.id}`, { role: 'member' });
    const answers = await Promise.all([take(dev, second), take(second, dev)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
  });
});

describe('an administrator who goes', () => {
  const shut = (by: Client, whom: Client) => by.ask('POST', `/api/people/${whom.id}/close`);
  let second: Client;
  beforeEach(async () => {
    const token = await invited('second@school.test', 'admin', trust);
    await open('accept', { token, name: 'Second', password });
    second = await signIn(server.address, 'second@school.test', password);
  });

  it('leaves no way back by what they sent', async () => {
    await invite(['back.door@new.test'], { role: 'admin', at: trust, by: second });
    const door = await tokenFor('back.door@new.test');
    expect((await open('look', { token: door })).status).toBe(200);
    expect((await shut(dev, second)).status).toBe(204);
    expect((await open('look', { token: door })).status).toBe(410);
    expect((await open('accept', { token: door, name: 'Back', password })).status).toBe(410);
  });

  it('does not close whoever closes them', async () => {
    const answers = await Promise.all([shut(dev, second), shut(second, dev)]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });
});

describe('somebody who leaves', () => {
  const close = (user: string, by = dev, verb = 'close') =>
    by.ask('POST', `/api/people/${user}/${verb}`);

  it('is out at once, keeps what they own, and can come back', async () => {
    const id = await lesson(server, amira, 'Fractions');
    const carys = await server.as('carys');
    const { items } = await amira.get('/api/people?q=carys');
    await amira.post(`/api/recordings/${id}/grants`, {
      ...{ principal: { type: 'user', id: items[0].id }, rights: ['view'] },
    });
    expect((await close(amira.id)).status).toBe(204);
    expect((await amira.ask('GET', '/api/me')).status).toBe(401);
    const email = server.place.emailOf('amira');
    const enter = (secret: string) =>
      send(server.address, 'POST', '/api/auth/sign-in/email', {
        body: { email, password: secret },
      });
    expect((await enter(server.place.password)).json).toMatchObject({ code: 'account_closed' });
    expect((await enter('not the password')).json).toMatchObject({ code: 'wrong_password' });
    expect(await staffOf(email)).toMatchObject({ closedAt: expect.stringContaining('T') });
    expect(await carys.get(`/api/recordings/${id}`)).toMatchObject({ title: 'Fractions' });
    expect((await carys.get('/api/people?q=amira')).items).toEqual([]);
    expect((await close(amira.id, dev, 'reopen')).status).toBe(204);
    const again = await enter(server.place.password);
    expect(again.status).toBe(200);
    const cookie = cookieOf(again.headers);
    const mine = await send(server.address, 'GET', '/api/recordings', { headers: { cookie } });
    expect(mine.json.items).toMatchObject([{ id }]);
  });

  it('is never oneself, nor an administrator of more than one’s own school', async () => {
    expect((await close(dev.id)).json).toMatchObject({ code: 'oneself' });
    const token = await invited('head@school.test', 'admin');
    await open('accept', { token, name: 'Head', password });
    const head = await signIn(server.address, 'head@school.test', password);
    const joined = await invited('dev@school.test', 'member');
    await open('accept', { token: joined }, dev.cookie);
    expect((await close(dev.id, head)).status).toBe(404);
    expect((await close(amira.id, amira)).status).toBe(404);
    expect((await close(amira.id)).status).toBe(204);
    expect((await close(amira.id, head, 'reopen')).status).toBe(404);
    expect((await close(amira.id, dev, 'reopen')).status).toBe(204);
    expect((await close(amira.id, head)).status).toBe(204);
    expect((await close(amira.id, head, 'reopen')).status).toBe(204);
    const both = await invited('amira@school.test', 'member', trust);
    const back = await signIn(server.address, server.place.emailOf('amira'), server.place.password);
    await open('accept', { token: both }, back.cookie);
    expect((await close(amira.id, head)).status).toBe(404);
  });
});
