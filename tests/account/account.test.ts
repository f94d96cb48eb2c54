/** What people do about their own account: passwords, and where they are signed in. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cookieOf, send, signIn } from '../world/client.ts';
import { until } from '../world/lesson.ts';
import { startMailServer, type TestMailServer } from '../world/mail.ts';
import { startServer, type TestServer } from '../world/server.ts';

const better = 'another password for tests';
let mail: TestMailServer;
let server: TestServer;
beforeEach(async () => {
  mail = await startMailServer();
  server = await startServer({ env: mail.env });
});
afterEach(async () => {
  await server.stop();
  await mail.close();
});

const email = () => server.place.emailOf('amira');
const ask = (path: string, body: object, cookie?: string) =>
  send(server.address, 'POST', `/api/account/${path}`, { body, headers: cookie ? { cookie } : {} });
const enter = (password: string) =>
  send(server.address, 'POST', '/api/auth/sign-in/email', { body: { email: email(), password } });
const enters = async (password: string) => (await enter(password)).status === 200;
const isIn = async (cookie: string) =>
  (await send(server.address, 'GET', '/api/me', { headers: { cookie } })).status === 200;
const forget = (address = email()) => ask('forgotten-password', { email: address });

async function tokenSent(): Promise<string> {
  const { text } = await mail.next(email());
  return /\/new-password#(\S+)/.exec(text)?.[1] ?? '';
}

describe('a forgotten password', () => {
  it('is replaced by a link, once, and everybody who was in is out', async () => {
    const before = await signIn(server.address, email(), server.place.password);
    expect((await forget(email().toUpperCase())).status).toBe(204);
    const letter = await mail.next(email());
    expect(letter).toMatchObject({ subject: 'Choose a new password for Second Look' });
    expect(letter.text).toContain('Hello Amira');
    const token = /\/new-password#(\S+)/.exec(letter.text)?.[1] ?? '';
    expect((await ask('new-password', { token, newPassword: 'short' })).status).toBe(422);
    expect((await ask('new-password', { token, newPassword: better })).status).toBe(204);
    expect([await enters(better), await enters(server.place.password)]).toEqual([true, false]);
    expect(await isIn(before.cookie)).toBe(false);
    expect((await mail.next(email())).subject).toBe('Your password for Second Look was changed');
    const again = await ask('new-password', { token, newPassword: better });
    expect(again.json).toMatchObject({ status: 410, code: 'link_over' });
  });

  it('cannot be replaced by what the database holds of the link, nor once it is too old', async () => {
    await forget();
    const token = await tokenSent();
    const { pool } = server.place.database.as('admin');
    const { rows } = await pool.query('select identifier, value from auth.verification');
    expect(JSON.stringify(rows)).not.toContain(token);
    await pool.query(`update auth.verification set expires_at = now() - interval '1 second'`);
    const late = await ask('new-password', { token, newPassword: better });
    expect(late.json).toMatchObject({ code: 'link_over' });
    expect(await enters(server.place.password)).toBe(true);
  });

  it('tells nobody who has an account here, and fills nobody’s letter box', async () => {
    const unknown = await forget('nobody@school.test');
    const known = await forget();
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text]);
    await mail.next(email());
    for (let count = 0; count < 8; count += 1) expect((await forget()).status).toBe(204);
    const { pool } = server.place.database.as('admin');
    await until(async () => (await mail.count(email())) === 4);
    const { rows } = await pool.query('select from auth.verification');
    expect(rows).toHaveLength(5);
    expect(await mail.count('nobody@school.test')).toBe(0);
  });

  it('is not held up by a mail server that is away', async () => {
    await server.stop();
    const away = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'look@school.test' };
    server = await startServer({ env: away });
    expect((await forget()).status).toBe(204);
    expect((await forget('nobody@school.test')).status).toBe(204);
  });

  it('goes by a file for whoever runs the machine, where no mail server is named', async () => {
    await server.stop();
    server = await startServer();
    await forget();
    const folder = join(server.place.dataDir, 'outbox');
    const [name = ''] = await until(async () => {
      const names = await readdir(folder).catch(() => []);
      return names.length > 0 && names;
    });
    expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    expect(await readFile(join(folder, name), 'utf8')).toContain(`To: ${email()}`);
  });
});

describe('changing the password', () => {
  it('wants the present one, goes on here and ends everywhere else', async () => {
    await forget();
    const token = await tokenSent();
    const [here, elsewhere] = [
      await enter(server.place.password),
      await enter(server.place.password),
    ];
    const cookie = cookieOf(here.headers);
    const wrong = await ask('password', { password: 'wrong', newPassword: better }, cookie);
    expect(wrong.json).toMatchObject({ status: 422, code: 'wrong_password_now' });
    const answer = await ask(
      'password',
      { password: server.place.password, newPassword: better },
      cookie,
    );
    expect(answer.status).toBe(204);
    expect(await isIn(cookieOf(answer.headers))).toBe(true);
    expect(await isIn(cookieOf(elsewhere.headers))).toBe(false);
    expect([await enters(better), await enters(server.place.password)]).toEqual([true, false]);
    expect((await mail.next(email())).subject).toBe('Your password for Second Look was changed');
    const late = await ask('new-password', { token, newPassword: 'one more password' });
    expect(late.json).toMatchObject({ code: 'link_over' });
  });

  it('is no way to guess it', async () => {
    const cookie = cookieOf((await enter(server.place.password)).headers);
    const guess = () => ask('password', { password: 'a guess', newPassword: better }, cookie);
    for (let count = 0; count < 10; count += 1) expect((await guess()).status).toBe(422);
    expect((await guess()).status).toBe(429);
  });
});

describe('sessions', () => {
  const list = async (cookie: string) => {
    const headers = { cookie };
    return (await send(server.address, 'GET', '/api/account/sessions', { headers })).json.items;
  };
  const end = (cookie: string, path: string) =>
    send(server.address, 'DELETE', `/api/account/sessions${path}`, { headers: { cookie } });

  it('are listed for whose they are, and ended one by one or all but this', async () => {
    const cookies: string[] = [];
    for (let count = 0; count < 3; count += 1)
      cookies.push(cookieOf((await enter(server.place.password)).headers));
    const [first = '', second = '', third = ''] = cookies;
    const mine = await list(first);
    expect(mine).toHaveLength(3);
    expect(mine.filter(({ isThis }: { isThis: boolean }) => isThis)).toHaveLength(1);
    expect(JSON.stringify(mine)).not.toContain('token');
    const ben = await server.as('ben');
    const [other] = (await list(second)).filter(({ isThis }: { isThis: boolean }) => isThis);
    expect((await end(ben.cookie, `/${other.id}`)).status).toBe(404);
    expect((await end(first, `/${other.id}`)).status).toBe(204);
    expect([await isIn(first), await isIn(second), await isIn(third)]).toEqual([true, false, true]);
    expect((await end(first, '')).status).toBe(204);
    expect([await isIn(first), await isIn(third)]).toEqual([true, false]);
    expect(await isIn(ben.cookie)).toBe(true);
  });

  it('end ninety days after signing in, however often they are used', async () => {
    const cookie = cookieOf((await enter(server.place.password)).headers);
    const { pool } = server.place.database.as('admin');
    await pool.query(
      `update auth.session set created_at = now() - interval '89 days', updated_at = now() - interval '2 days',
         expires_at = now() + interval '12 days'`,
    );
    expect(await isIn(cookie)).toBe(true);
    await pool.query(`update auth.session set created_at = now() - interval '91 days'`);
    expect(await isIn(cookie)).toBe(false);
  });
});
