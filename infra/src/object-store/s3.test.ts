import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { s3Config, startS3 } from '../../../tests/world/s3.ts';
import { openAllowance } from './allowance.ts';
import { describeObjectStore } from './contract.ts';
import type { Growth } from './index.ts';
import { openS3Store } from './s3.ts';
import { clientConfig } from './s3-client.ts';
import { append, complete } from './s3-growing.ts';
import { sizeOf } from './s3-objects.ts';
import { partBytes } from './s3-parts.ts';

describeObjectStore('a store that speaks S3', async () => {
  const s3 = await startS3();
  const home = await mkdtemp(join(tmpdir(), 'second-look-store-'));
  return {
    store: await openS3Store({ ...s3.config, publicUrl: s3.config.endpoint }, () => {}),
    makeFile: async (bytes) => {
      const path = join(home, 'file');
      await writeFile(path, bytes);
      return path;
    },
    plant: async (name) => {
      const client = new S3Client(clientConfig(s3.config));
      const place = { Bucket: s3.config.bucket, Key: name };
      await client.send(new PutObjectCommand({ ...place, Body: 'planted' }));
    },
    close: async () => {
      await s3.close();
      await rm(home, { recursive: true, force: true });
    },
  };
});

it('lets the connection go of what nobody began to read', async () => {
  const letGo = Promise.withResolvers<void>();
  // Larger than it ever sends, so that only the other side can end it.
  const server = createServer(({ url, method }, response) => {
    if (url?.includes('list-type')) return response.end('<ListBucketResult/>');
    if (method !== 'GET') return response.end();
    response.on('close', letGo.resolve);
    response.writeHead(200, { 'content-length': 10_000_000 }).write('beginning');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const S3_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { S3_ACCESS_KEY_ID: 'any', S3_SECRET_ACCESS_KEY: 'any' };
  const store = await openS3Store(s3Config({ S3_BUCKET: 'any', S3_ENDPOINT, ...keys }), () => {});
  const bytes = await store.read('lesson');
  bytes.destroy();
  await expect(letGo.promise).resolves.toBeUndefined();
  server.closeAllConnections();
  server.close();
});

it.each(['PUT', 'DELETE'])('does not begin with a bucket that refuses a %s', async (refused) => {
  const s3 = await startRefusing(refused, 'AccessDenied');
  await expect(openS3Store(s3.config, () => {})).rejects.toThrow(
    /refuses its bucket “any” \(AccessDenied\).* that they may list, read, write and delete there/,
  );
  s3.close();
});

it('begins with a bucket that is full, and says so: what is there can be watched', async () => {
  const s3 = await startRefusing('PUT', 'QuotaExceeded');
  const warnings: string[] = [];
  await openS3Store(s3.config, (warning) => warnings.push(warning));
  expect(warnings).toEqual([expect.stringContaining('has no room for more in “any”')]);
  s3.close();
});

it('does not begin where the clocks differ too much and allowing for it did not help', async () => {
  const dates: string[] = [];
  const server = createServer(({ headers }, response) => {
    dates.push(String(headers['x-amz-date']));
    response.writeHead(403, { date: new Date(Date.now() + 3_600_000).toUTCString() });
    response.end('<Error><Code>RequestTimeTooSkewed</Code><Message>No.</Message></Error>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const S3_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { S3_ACCESS_KEY_ID: 'any', S3_SECRET_ACCESS_KEY: 'any' };
  const warnings: string[] = [];
  const opening = openS3Store(s3Config({ S3_BUCKET: 'any', S3_ENDPOINT, ...keys }), (warning) =>
    warnings.push(warning),
  );
  await expect(opening).rejects.toThrow(/^The clocks of this machine and of the store .* differ/);
  expect(warnings).toEqual([]);
  expect(dates).toHaveLength(2);
  server.closeAllConnections();
  server.close();
});

/** A store with an empty bucket that refuses one method, with a 403. */
async function startRefusing(refused: string, code: string) {
  const server = createServer(({ method, url }, response) => {
    if (method === refused)
      response.writeHead(403).end(`<Error><Code>${code}</Code><Message>No.</Message></Error>`);
    else response.end(url?.includes('list-type') ? '<ListBucketResult/>' : '');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const S3_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { S3_ACCESS_KEY_ID: 'any', S3_SECRET_ACCESS_KEY: 'any' };
  return {
    config: s3Config({ S3_BUCKET: 'any', S3_ENDPOINT, ...keys }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

it('is content with an object that another process completed since it looked', async () => {
  const s3 = await startS3();
  const client = new S3Client(clientConfig(s3.config));
  const bucket = { client, name: s3.config.bucket, parts: openAllowance(1) };
  let growth: Growth = { sizeBytes: 0 };
  await append(bucket, 'lesson', growth, Readable.from([Buffer.from('lesson')]), async (now) => {
    growth = now;
  });
  const looking = new S3Client(clientConfig(s3.config));
  looking.middlewareStack.add(
    (next) => async (input) => {
      const answer = next(input);
      await answer.catch(() => {});
      await complete(bucket, 'lesson', growth);
      return answer;
    },
    { step: 'initialize' },
  );
  await complete({ ...bucket, client: looking }, 'lesson', growth);
  expect(await sizeOf(bucket, 'lesson')).toBe(6);
  await s3.close();
});

it('lets many uploads get on with one part between them, resumed and broken ones too', async () => {
  const s3 = await startS3();
  const client = new S3Client(clientConfig(s3.config));
  const bucket = { client, name: s3.config.bucket, parts: openAllowance(1) };
  const half = Buffer.alloc(partBytes / 2 + 1, 'half');
  const grow = async (key: string, from: Growth, body: Readable) => {
    let growth = from;
    await append(bucket, key, from, body, async (now) => {
      growth = now;
    }).catch((error) => expect(String(error)).toContain('It hung up.'));
    return growth;
  };
  const broken = new PassThrough();
  broken.write('the beginning');
  const breakingOff = grow('broken', { sizeBytes: 0 }, broken);
  const growing = ['one', 'two', 'three'].map(async (key) => {
    const begun = await grow(key, { sizeBytes: 0 }, Readable.from([half]));
    const growth = await grow(key, begun, Readable.from([half, half]));
    await complete(bucket, key, growth);
    return sizeOf(bucket, key);
  });
  await pause(50);
  broken.destroy(new Error('It hung up.'));
  expect(await Promise.all(growing)).toEqual([1, 2, 3].map(() => 3 * half.length));
  expect(await breakingOff).toMatchObject({ sizeBytes: 'the beginning'.length });
  await s3.close();
});
