import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess } from '../world/processes.ts';
import { hasRedis, startRedis, type TestRedis } from '../world/redis.ts';
import { openPlace, type TestPlace } from '../world/server.ts';
import { isFullTier } from '../world/tier.ts';
import { pathOf } from './files.ts';

const caddy = process.env.CADDY_PATH ?? 'caddy';
const hasCaddy = spawnSync(caddy, ['version']).status === 0;

/** Two servers behind the very file that docker-compose.yml gives its proxy, with TLS by Caddy's own authority. */
describe.skipIf(!isFullTier || !hasCaddy)('the reverse proxy', () => {
  let place: TestPlace;
  let redis: TestRedis | undefined;
  let home: string;
  let address: string;
  let proxy: ChildProcess;
  let ports: number[];
  let servers: Awaited<ReturnType<typeof startServerProcess>>[];
  let agent: Agent;
  let cookie: string;

  const start = (port: number) =>
    startServerProcess(place, port, {
      PUBLIC_URL: address,
      TRUST_PROXY: '1',
      ...(redis && { REDIS_URL: redis.url }),
      // As docker-compose.yml has it.
      DRAIN_SECONDS: '6',
    });

  beforeAll(async () => {
    place = await openPlace();
    if (hasRedis) redis = await startRedis();
    home = await mkdtemp(join(tmpdir(), 'second-look-proxy-'));
    ports = [await freePort(), await freePort()];
    address = `https://localhost:${await freePort()}`;
    servers = await Promise.all(ports.map(start));
    const config = pathOf('infra/deploy/Caddyfile');
    proxy = spawn(caddy, ['run', '--adapter', 'caddyfile', '--config', config], {
      stdio: 'ignore',
      env: {
        HOME: home,
        XDG_DATA_HOME: home,
        SITE_ADDRESS: new URL(address).host,
        SERVERS: ports.map((port) => `127.0.0.1:${port}`).join(' '),
        TLS: 'tls internal',
      },
    });
    const authority = join(home, 'caddy/pki/authorities/local/root.crt');
    const ca = await until(() => readFile(authority).catch(() => undefined));
    agent = new Agent({ keepAlive: true, ca });
    await until(async () => (await ask('GET', '/api/health/ready').catch(() => undefined))?.ok);
    const email = place.emailOf('amira');
    const signedIn = await ask('POST', '/api/auth/sign-in/email', {
      json: { email, password: place.password },
    });
    cookie = signedIn.headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ') ?? '';
    expect(signedIn.headers['set-cookie']?.[0]).toContain('Secure');
  });
  afterAll(async () => {
    agent.destroy();
    const ended = once(proxy, 'exit');
    proxy.kill();
    await ended;
    await endProcesses();
    await redis?.close();
    await place.remove();
    await rm(home, { recursive: true });
  });

  interface Answer {
    ok: boolean;
    status: number;
    headers: IncomingMessage['headers'];
    text: string;
  }

  async function open(
    method: string,
    path: string,
    {
      json,
      body,
      headers = {},
    }: { json?: object; body?: Uint8Array; headers?: Record<string, string> } = {},
  ): Promise<IncomingMessage> {
    const bytes = json ? Buffer.from(JSON.stringify(json)) : body;
    const asked = request(new URL(path, address), {
      method,
      agent,
      headers: {
        origin: address,
        ...(cookie && { cookie }),
        ...(json && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    asked.end(bytes);
    const [answer] = await once(asked, 'response');
    return answer;
  }

  async function ask(...words: Parameters<typeof open>): Promise<Answer> {
    const answer = await open(...words);
    let text = '';
    for await (const part of answer) text += part;
    const status = answer.statusCode ?? 0;
    return { ok: status < 400, status, headers: answer.headers, text };
  }

  /** Reads without a pause until it is stopped. @returns what came instead of an answer */
  function startReading() {
    const failures: string[] = [];
    let answers = 0;
    let isOn = true;
    const lines = Array.from({ length: 6 }, async () => {
      while (isOn) {
        const answer = await ask('GET', '/api/recordings').catch((error) => String(error));
        answers += 1;
        if (typeof answer === 'string' || !answer.ok)
          failures.push(typeof answer === 'string' ? answer : `${answer.status} ${answer.text}`);
      }
    });
    return async () => {
      isOn = false;
      await Promise.all(lines);
      return { failures, answers };
    };
  }

  const tus = { 'tus-resumable': '1.0.0' };

  async function upload(bytes: Uint8Array): Promise<string> {
    const made = JSON.parse(
      (await ask('POST', '/api/recordings', { json: { title: 'Long' } })).text,
    );
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const begun = await ask('POST', '/api/uploads', {
      headers: {
        ...tus,
        'upload-length': String(bytes.length),
        'upload-metadata': `recordingId ${base64(made.id)},filename ${base64('a.mp4')}`,
      },
    });
    const location = begun.headers.location ?? '';
    await until(async () => {
      const head = await ask('HEAD', location, { headers: tus });
      const offset = Number(head.headers['upload-offset']);
      if (offset === bytes.length) return true;
      const body = bytes.subarray(offset);
      await ask('PATCH', location, {
        body,
        headers: {
          ...tus,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
          'content-length': String(body.length),
        },
      }).catch(() => undefined);
      return false;
    });
    return made.id;
  }

  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  async function storedDigest(recordingId: string): Promise<string> {
    const { rows } = await place.database
      .as('admin')
      .pool.query('select object_key from source where recording_id = $1', [recordingId]);
    const store = await openDiskStore(join(place.dataDir, 'objects'));
    const path = store.localPath(rows[0].object_key);
    if (path === null) throw new Error('A disk store has paths.');
    return digest(await readFile(path));
  }

  it('has a configuration that Caddy takes', () => {
    const env = { HOME: home, SITE_ADDRESS: 'lessons.test', SERVERS: 'a:1 b:2', TLS: '' };
    const config = pathOf('infra/deploy/Caddyfile');
    const words = ['validate', '--adapter', 'caddyfile', '--config', config];
    const { status } = spawnSync(caddy, words, { env, encoding: 'utf8' });
    expect(status).toBe(0);
  });

  it('passes a long upload on as it comes', async () => {
    const bytes = randomBytes(300_000_000);
    expect(await storedDigest(await upload(bytes))).toBe(digest(bytes));
  });

  it('passes events on at once, and lets the server hear of a browser that left', async () => {
    const stream = await open('GET', '/api/events');
    const parts: string[] = [];
    stream.on('data', (part) => parts.push(String(part)));
    await until(async () => parts.join('').includes('retry:'));
    await ask('POST', '/api/recordings', { json: { title: 'Told of' } });
    await until(async () => parts.join('').includes('"type":"recording"'));
    const before = await established();
    stream.destroy();
    await until(async () => (await established()) < before);
  });

  it('tells the server where a request came from, and takes nobody else’s word for it', async () => {
    const { pool } = place.database.as('admin');
    await ask('POST', '/api/auth/sign-in/email', {
      json: { email: place.emailOf('ben'), password: place.password },
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    const { rows } = await pool.query(
      'select ip_address from auth.session order by created_at desc limit 1',
    );
    expect(rows[0].ip_address).toMatch(/^(127\.0\.0\.1|::1|0000:0000:.*)$/);
  });

  it('fails no request and no upload while one server after the other is replaced', async () => {
    const stop = startReading();
    const bytes = randomBytes(200_000_000);
    const uploading = upload(bytes);
    for (const [index, port] of ports.entries()) {
      expect(await servers[index]?.end('SIGTERM')).toBe(0);
      servers[index] = await start(port);
      // Until the proxy has looked again.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    }
    expect(await storedDigest(await uploading)).toBe(digest(bytes));
    const { failures, answers } = await stop();
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
  });

  it('gets what is only read from the other server where one is killed', async () => {
    const stop = startReading();
    await servers[0]?.end('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const { failures, answers } = await stop();
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
    servers[0] = await start(ports[0] ?? 0);
  });

  it.skipIf(!hasRedis)('goes on sending requests to both while Redis is away', async () => {
    const stop = startReading();
    await redis?.stop();
    for (const port of ports)
      await until(async () => !(await fetch(`http://127.0.0.1:${port}/api/health/ready`)).ok);
    // Until the proxy has looked at both again.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const { failures, answers } = await stop();
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
    await redis?.start();
  });

  /** How many connections the servers have. */
  async function established(): Promise<number> {
    const tables = await Promise.all(
      ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8')),
    );
    const ends = ports.map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
    return tables
      .join('\n')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, local = '', , state]) => state === '01' && ends.some((end) => local.endsWith(end)),
      ).length;
  }
});
