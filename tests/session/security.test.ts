import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, signIn } from '../world/client.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const somebody = '00000000-0000-7000-8000-000000000000';

describe('other sites', () => {
  it.each([
    ['POST', '/api/auth/sign-in/email'],
    ['POST', '/api/auth/sign-out'],
    ['POST', '/api/recordings'],
    ['PATCH', `/api/recordings/${somebody}`],
    ['DELETE', `/api/recordings/${somebody}`],
    ['POST', '/api/uploads'],
    ['PATCH', `/api/uploads/${somebody}`],
    ['DELETE', `/api/uploads/${somebody}`],
    ['POST', `/api/recordings/${somebody}/grants`],
    ['DELETE', `/api/grants/${somebody}`],
  ])('change nothing: %s %s', async (method, path) => {
    const amira = await server.as('amira');
    for (const headers of [
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { origin: server.address.replace('http:', 'https:') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const answer = await amira.ask(method, path, method === 'DELETE' ? undefined : {}, headers);
      expect([headers, answer.status, answer.json?.code]).toEqual([
        headers,
        403,
        'forbidden_origin',
      ]);
    }
  });

  it('are told apart from our own pages', async () => {
    const amira = await server.as('amira');
    const headers = { origin: server.address };
    expect((await amira.ask('POST', '/api/recordings', { title: 'Mine' }, headers)).status).toBe(
      201,
    );
  });

  it('are given no leave to read answers', async () => {
    const amira = await server.as('amira');
    const headers = { origin: 'https://elsewhere.example' };
    const uploads = { ...headers, 'tus-resumable': '1.0.0' };
    for (const answer of [
      await amira.ask('GET', '/api/me', undefined, headers),
      await amira.ask('HEAD', `/api/uploads/${somebody}`, undefined, uploads),
      await amira.ask('OPTIONS', '/api/uploads', undefined, uploads),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('headers', () => {
  it.each([
    '/',
    '/recordings',
    '/api/health/live',
    '/api/me',
    '/api/docs/',
    '/api/nothing',
    `/api/uploads/${somebody}`,
  ])('keep foreign code out of %s', async (path) => {
    const amira = await server.as('amira');
    const isUpload = path.includes('uploads');
    const answer = await amira.ask(isUpload ? 'HEAD' : 'GET', path, undefined, {
      'tus-resumable': '1.0.0',
    });
    const policy = answer.headers.get('content-security-policy') ?? '';
    const scripts =
      /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1];
    expect(scripts).toContain("'self'");
    expect(scripts).not.toMatch(/unsafe-inline|unsafe-eval|\*|https?:/);
    if (!path.startsWith('/api/docs')) {
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("object-src 'none'");
      expect(policy).toContain("base-uri 'none'");
    }
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('same-origin');
    expect(answer.headers.get('permissions-policy')).toContain('geolocation=()');
  });

  it('are there on a stream of events', async () => {
    const amira = await server.as('amira');
    const stopping = new AbortController();
    const stream = await fetch(`${server.address}/api/events`, {
      headers: { cookie: amira.cookie },
      signal: stopping.signal,
    });
    expect(stream.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(stream.headers.get('cache-control')).toBe('no-store');
    stopping.abort();
  });

  it('keep answers out of caches', async () => {
    const amira = await server.as('amira');
    for (const path of ['/api/me', '/api/recordings', `/api/recordings/${somebody}`]) {
      expect((await amira.ask('GET', path)).headers.get('cache-control')).toBe('no-store');
    }
  });

  it('ask for https, with cookies that want it, where the public address has it', async () => {
    const secure = await startServer({ settings: { publicUrl: 'https://look.school.example' } });
    try {
      const answer = await send(secure.address, 'POST', '/api/auth/sign-in/email', {
        body: { email: secure.place.emailOf('amira'), password: secure.place.password },
        headers: { origin: 'https://look.school.example' },
      });
      expect(answer.status).toBe(200);
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).toMatch(/^__Secure-second-look\./);
      expect(cookie).toMatch(/; Secure/i);
      expect(cookie).toMatch(/; HttpOnly/i);
      expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{7}/);
      expect(answer.headers.get('content-security-policy')).toContain('upgrade-insecure-requests');
      const amira = await signIn(
        secure.address,
        secure.place.emailOf('amira'),
        secure.place.password,
      );
      expect((await amira.ask('GET', '/api/me')).status).toBe(200);
    } finally {
      await secure.stop();
    }
  });
});

describe('errors', () => {
  it('say nothing of the inside', async () => {
    const { pool } = server.place.database.as('admin');
    const amira = await server.as('amira');
    await pool.query('alter table recording rename to recording_gone');
    try {
      const answer = await amira.ask('GET', '/api/recordings');
      expect(answer.status).toBe(500);
      expect(answer.json).toMatchObject({ code: 'internal', type: 'about:blank' });
      expect(answer.json.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.text).not.toMatch(/relation|select|recording_gone|sql/i);
    } finally {
      await pool.query('alter table recording_gone rename to recording');
    }
  });

  it('are the same for what is not there and what has no such shape', async () => {
    const amira = await server.as('amira');
    for (const path of [
      `/api/recordings/${somebody}`,
      '/api/recordings/1',
      '/api/nothing',
      '/api//administration/status',
    ]) {
      const answer = await amira.ask('GET', path);
      expect([path, answer.status, answer.json?.code]).toEqual([path, 404, 'not_found']);
    }
  });

  it('name a body that cannot be read', async () => {
    const amira = await server.as('amira');
    const answer = await fetch(`${server.address}/api/recordings`, {
      method: 'POST',
      headers: { cookie: amira.cookie, 'content-type': 'application/json' },
      body: '{"title":',
    });
    expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'invalid' }]);
  });
});
