import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieOf, send, signIn } from '../world/client.ts';
import { startServer, type TestServer } from '../world/server.ts';

const sessionCheckMs = 100;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ sessionCheckMs });
});
afterAll(() => server.stop());

const enter = (email: string, password: string, headers?: Record<string, string>) =>
  send(server.address, 'POST', '/api/auth/sign-in/email', { body: { email, password }, headers });

describe('signing in', () => {
  it('opens a session that says who one is, and where one works', async () => {
    const amira = await server.as('amira');
    const me = await amira.get('/api/me');
    expect(me).toMatchObject({ id: amira.id, name: 'Amira', email: 'amira@school.test' });
    expect(me.organisations).toMatchObject([{ name: 'First School', kind: 'school' }]);
  });

  it('gives its token to the cookie alone', async () => {
    const answer = await enter(server.place.emailOf('amira'), server.place.password);
    expect(answer.status).toBe(200);
    expect(answer.json.user).toMatchObject({ name: 'Amira' });
    expect(answer.text).not.toContain('token');
    const cookie = cookieOf(answer.headers);
    const session = await send(server.address, 'GET', '/api/auth/get-session', {
      headers: { cookie },
    });
    expect(session.json.user).toMatchObject({ name: 'Amira' });
    expect(session.text).not.toContain('token');
  });

  it('takes the address however it is written', async () => {
    expect((await enter('Amira@School.TEST', server.place.password)).status).toBe(200);
  });

  it.each(['amira@school.test', 'nobody@school.test'])(
    'refuses a wrong password for %s in the same words',
    async (email) => {
      const answer = await enter(email, 'not the password');
      expect(answer.status).toBe(401);
      expect(answer.json).toMatchObject({ code: 'wrong_password', status: 401 });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.headers.getSetCookie()).toEqual([]);
    },
  );

  it('names the fields that do not fit', async () => {
    const answer = await enter('no address', '');
    expect(answer.status).toBe(422);
    expect(answer.json.fields.map(({ path }: { path: string }) => path).sort()).toEqual([
      'email',
      'password',
    ]);
  });

  it('keeps the cookie from scripts and from other sites', async () => {
    const [cookie = ''] = (
      await enter('ben@school.test', server.place.password)
    ).headers.getSetCookie();
    expect(cookie).toMatch(/^second-look\./);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).toMatch(/; Path=\//i);
    expect(cookie).not.toMatch(/; Secure/i);
  });

  it('is asked for wherever it is needed', async () => {
    for (const path of ['/api/me', '/api/recordings', '/api/events']) {
      const answer = await send(server.address, 'GET', path);
      expect([path, answer.status, answer.json.code]).toEqual([path, 401, 'signed_out']);
    }
  });

  it('is not believed from a forged cookie', async () => {
    const { cookie } = await server.as('amira');
    const forged = cookie.replace(/=./, (start) => (start === '=a' ? '=b' : '=a'));
    for (const headers of [{ cookie: forged }, { cookie: 'second-look.session_token=x' }]) {
      expect((await send(server.address, 'GET', '/api/me', { headers })).status).toBe(401);
    }
  });
});

describe('what better-auth could do besides', () => {
  it.each([
    ['POST', '/api/auth/sign-up/email'],
    ['POST', '/api/auth/change-password'],
    ['POST', '/api/auth/set-password'],
    ['POST', '/api/auth/change-email'],
    ['POST', '/api/auth/update-user'],
    ['POST', '/api/auth/delete-user'],
    ['POST', '/api/auth/request-password-reset'],
    ['POST', '/api/auth/reset-password'],
    ['POST', '/api/auth/sign-in/social'],
    ['POST', '/api/auth/link-social'],
    ['GET', '/api/auth/list-sessions'],
    ['GET', '/api/auth/list-accounts'],
    ['GET', '/api/auth/verify-email'],
    ['GET', '/api/auth/ok'],
    ['GET', '/api/auth/sign-out'],
  ])('is not there: %s %s', async (method, path) => {
    const body =
      method === 'POST'
        ? { email: 'new@school.test', name: 'New', password: 'x'.repeat(20) }
        : undefined;
    expect((await send(server.address, method, path, { body })).status).toBe(404);
    const amira = await server.as('amira');
    expect((await amira.ask(method, path, body)).status).toBe(404);
  });
});

describe('many wrong passwords', () => {
  it('hold up their owner in that place alone, and only until the right one', async () => {
    const carys = server.place.emailOf('carys');
    for (let attempt = 0; attempt < 9; attempt += 1) await enter(carys, 'wrong');
    expect((await enter(carys, server.place.password)).status, 'success resets').toBe(200);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await enter(carys, 'wrong')).status).toBe(401);
    }
    const held = await enter(carys, server.place.password);
    expect([held.status, held.json.code]).toEqual([429, 'too_many_requests']);
    expect((await enter(carys.toUpperCase(), 'wrong')).status).toBe(429);
    expect((await enter(server.place.emailOf('olive'), server.place.password)).status).toBe(200);
  });

  it('are counted when they come all at once', async () => {
    const dev = server.place.emailOf('dev');
    const answers = await Promise.all(Array.from({ length: 25 }, () => enter(dev, 'wrong')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  });

  it('do not count less for an address that the client made up', async () => {
    const email = 'somebody@school.test';
    const statuses = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const made = `10.0.0.${attempt}`;
      const headers = { 'x-forwarded-for': made, 'x-second-look-client': made };
      statuses.push((await enter(email, 'wrong', headers)).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('behind proxies', () => {
  it.each([[1], [['127.0.0.1']]])('believes the nearest address alone: %o', async (trustProxy) => {
    const proxied = await startServer({ settings: { trustProxy } });
    const from = (forwarded: string, password: string) =>
      send(proxied.address, 'POST', '/api/auth/sign-in/email', {
        body: { email: proxied.place.emailOf('carys'), password },
        headers: { 'x-forwarded-for': forwarded },
      });
    try {
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 150; attempt += 1) {
        statuses.push((await from(`10.0.0.${attempt}, 203.0.113.5`, 'wrong')).status);
      }
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
      expect((await from('203.0.113.5', proxied.place.password)).status).toBe(429);
      expect((await from('203.0.113.6', proxied.place.password)).status, 'elsewhere').toBe(200);
    } finally {
      await proxied.stop();
    }
  });
});

it('tries from many places do not lock a person out from where they have signed in lately', async () => {
  const proxied = await startServer({ settings: { trustProxy: 1 } });
  const from = async (place: string, password: string) =>
    (
      await send(proxied.address, 'POST', '/api/auth/sign-in/email', {
        body: { email: proxied.place.emailOf('carys'), password },
        headers: { 'x-forwarded-for': place },
      })
    ).status;
  const [home, { password }] = ['203.0.113.1', proxied.place];
  try {
    expect(await from(home, password)).toBe(200);
    for (let place = 0; place < 10; place += 1) {
      const tries = Array.from({ length: 10 }, () => from(`10.0.0.${place}`, 'wrong'));
      expect(await Promise.all(tries)).toEqual(tries.map(() => 401));
    }
    expect(await from('10.0.1.0', password), 'the hundred are used up').toBe(429);
    expect(await from(home, password)).toBe(200);
    const tries = Array.from({ length: 11 }, () => from(home, 'wrong'));
    expect((await Promise.all(tries)).filter((status) => status === 429)).toHaveLength(1);
    expect(await from('10.0.1.0', password), 'and stay so').toBe(429);
  } finally {
    await proxied.stop();
  }
});

describe('a session in use', () => {
  const days = (count: number) => count * 86_400;
  const expiry = async (id: string) => {
    const { rows } = await server.place.database
      .as('admin')
      .pool.query(
        'select extract(epoch from max(expires_at) - now()) as seconds from auth.session where user_id = $1',
        [id],
      );
    return Number(rows[0].seconds);
  };
  const age = (id: string) =>
    server.place.database.as('admin').pool.query(
      `update auth.session set expires_at = now() + interval '5 days', updated_at = now() - interval '9 days'
         where user_id = $1`,
      [id],
    );

  it('is renewed in the browser too', async () => {
    const olive = await server.as('olive');
    await age(olive.id);
    const answer = await olive.ask('GET', '/api/me');
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(new RegExp(`session_token=.*; Max-Age=${days(14)}`));
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(await expiry(olive.id)).toBeGreaterThan(days(13));
    expect((await olive.ask('GET', '/api/me')).headers.getSetCookie()).toEqual([]);
    const headers = { cookie: cookieOf(answer.headers) };
    expect((await send(server.address, 'GET', '/api/me', { headers })).status).toBe(200);
  });

  it('is not renewed by an open stream, which could not tell the browser', async () => {
    const olive = await server.as('olive');
    const stopping = new AbortController();
    await fetch(`${server.address}/api/events`, {
      headers: { cookie: olive.cookie },
      signal: stopping.signal,
    });
    await age(olive.id);
    await sleep(5 * sessionCheckMs);
    expect(await expiry(olive.id)).toBeLessThan(days(6));
    expect((await olive.ask('GET', '/api/me')).headers.getSetCookie()).toHaveLength(1);
    stopping.abort();
  });
});

describe('signing out', () => {
  it('ends the session at once, and clears pictures from the cache but nothing from the storage', async () => {
    const ben = await signIn(server.address, 'ben@school.test', server.place.password);
    const out = await ben.ask('POST', '/api/auth/sign-out');
    expect(out.status).toBe(200);
    expect(out.headers.get('clear-site-data')).toBe('"cache"');
    expect((await ben.ask('GET', '/api/me')).status).toBe(401);
    expect(cookieOf(out.headers)).toMatch(/session_token=(;|$)/);
  });

  it('leaves the other sessions of the same person alone', async () => {
    const here = await signIn(server.address, 'ben@school.test', server.place.password);
    const there = await signIn(server.address, 'ben@school.test', server.place.password);
    await here.ask('POST', '/api/auth/sign-out');
    expect((await there.ask('GET', '/api/me')).status).toBe(200);
  });
});
