import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cookieOf, send } from '../world/client.ts';
import { endProcesses, freePort, launchServer, startServerProcess } from '../world/processes.ts';
import { openPlace, type TestPlace } from '../world/server.ts';

const right = 'https://lessons.example';
let place: TestPlace;
beforeAll(async () => {
  place = await openPlace();
});
afterEach(endProcesses);
afterAll(() => place.remove());

async function startAt(env: Record<string, string>) {
  const server = await startServerProcess(
    { ...place, env: { ...place.env, ...env } },
    await freePort(),
  );
  const signIn = (headers: Record<string, string>) =>
    send(server.address, 'POST', '/api/auth/sign-in/email', {
      body: { email: place.emailOf('amira'), password: place.password },
      headers,
    });
  /** All that the log has once the server has ended: what it writes may come after its answer. */
  const log = async () => {
    await server.end('SIGTERM');
    return server.output();
  };
  return { ...server, signIn, log };
}

describe('signing in at an address that PUBLIC_URL does not name', () => {
  it('is told the right one, because the session would not last', async () => {
    const server = await startAt({ PUBLIC_URL: right });
    const answer = await server.signIn({ origin: server.address });
    expect([answer.status, answer.json.code]).toEqual([421, 'wrong_address']);
    expect(answer.json.fields).toEqual([{ path: 'address', message: right }]);
    expect(cookieOf(answer.headers)).toBe('');
    expect(await server.log()).toContain(`Somebody opened Second Look at ${server.address}`);
  });

  it('works at the right one, with a cookie for HTTPS alone', async () => {
    const server = await startAt({ PUBLIC_URL: right });
    const answer = await server.signIn({ origin: right });
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie().join()).toMatch(/; Secure/i);
    expect(await server.log()).not.toContain('Somebody opened');
  });

  it('is told behind a proxy with HTTPS that PUBLIC_URL does not know of', async () => {
    const server = await startAt({});
    const origin = server.address.replace('http:', 'https:');
    const answers = await Promise.all([1, 2].map(() => server.signIn({ origin })));
    for (const { status, json } of answers) {
      expect([status, json.code]).toEqual([403, 'forbidden_origin']);
      expect(json.fields).toEqual([{ path: 'address', message: server.address }]);
    }
    const foreign = await server.signIn({ origin: 'https://elsewhere.example' });
    expect([foreign.status, foreign.json.fields]).toEqual([403, undefined]);
    const log = await server.log();
    expect(log.split(`opened Second Look at ${origin}`)).toHaveLength(2);
    expect(log).not.toContain('elsewhere.example');
  });
});

describe('an address without HTTPS', () => {
  it.each([
    ['http://lessons.example', 2],
    ['http://10.1.2.3:3000', 2],
    ['http://localhost:3000', 1],
    ['http://[::1]:3000', 1],
  ])('is told of once where others can read along: %s', async (PUBLIC_URL, parts) => {
    const server = await startAt({ PUBLIC_URL });
    expect((await server.log()).split('go unencrypted over the network')).toHaveLength(parts);
  });
});

describe('an address where the server cannot listen', () => {
  const refused = async (env: Record<string, string>) => {
    const server = launchServer(place, env);
    expect(await server.ended).toBe(1);
    return server.output();
  };

  it('is told in one sentence', async () => {
    const server = await startAt({});
    const { port: PORT } = new URL(server.address);
    expect(await refused({ PORT })).toBe(
      `The server cannot start. Something listens at 127.0.0.1:${PORT} already: end it, or choose another PORT.\n`,
    );
    for (const HOST of ['203.0.113.9', 'no-such-host.invalid'])
      expect(await refused({ HOST, PORT: String(await freePort()) })).toMatch(
        /^The server cannot start\. HOST is [\w.-]+, which is no address of this machine .*\n$/,
      );
  });
});

describe('a proxy that TRUST_PROXY does not name', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9' };

  it('is told once', async () => {
    const server = await startAt({});
    for (const _ of [1, 2]) await server.signIn(headers);
    expect((await server.log()).split('set TRUST_PROXY')).toHaveLength(2);
  });

  it('is not told where it is named', async () => {
    const server = await startAt({ TRUST_PROXY: '1' });
    await server.signIn(headers);
    expect(await server.log()).not.toContain('TRUST_PROXY');
  });
});
