import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQueue } from '@second-look/infra/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../world/lesson.ts';
import { endProcesses, freePort, startProcess } from '../world/processes.ts';
import { hasRedis, startRedis, type TestRedis } from '../world/redis.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasRedis || !hasOpenssl)('a Redis that speaks TLS and wants a password', () => {
  let folder: string;
  let redis: TestRedis | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'second-look-tls-'));
  });
  afterAll(async () => {
    await endProcesses();
    await redis?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('carries work for whoever trusts its certificate, and for nobody else', async () => {
    const key = join(folder, 'key.pem');
    const certificate = join(folder, 'certificate.pem');
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
    const port = await freePort();
    redis = await startRedis({
      settings: [
        ...['--requirepass', 'sesame', '--tls-port', String(port), '--tls-auth-clients', 'no'],
        ...['--tls-cert-file', certificate, '--tls-key-file', key],
        ...['--tls-ca-cert-file', certificate],
      ],
    });
    const url = `rediss://:sesame@127.0.0.1:${port}`;
    await expect(openQueue(url, () => {})).rejects.toThrow(/its certificate is not trusted/);
    await expect(openQueue(url.replace('rediss', 'redis'), () => {})).rejects.toThrow(
      /where it speaks TLS, let REDIS_URL begin with rediss:/,
    );
    const queue = await openQueue(redis.url.replace('//', '//:sesame@'), () => {});
    const worker = startProcess('tests/queue/worker.ts', {
      QUEUE_URL: url,
      HOLD_MS: '0',
      NODE_EXTRA_CA_CERTS: certificate,
    });
    const id = randomUUID();
    await queue.add({ id });
    await until(async () => worker.output().includes(`done ${id}`));
    expect(await worker.end('SIGTERM')).toBe(0);
    await queue.close();
  });
});
