import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { readConfig } from '@second-look/infra/config';
import type { Growth } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';
import { sweepOnce } from '@second-look/workers/sweep';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { append, beginUpload, filmBytes, openWorkshop, prepareNow } from '../world/lesson.ts';
import { endProcesses } from '../world/processes.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { oneIn, type Trouble, troubleBefore } from '../world/s3-trouble.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { describeUploads, expectRoomLater } from './contract.ts';
import { begin, breakOften, digest, finish, megabyte, storedDigest, tus } from './sending.ts';

let s3: TestS3;
let trouble: Trouble;
let server: TestServer;
let amira: Client;
beforeAll(async () => {
  s3 = await startS3();
  trouble = await troubleBefore(s3.env.S3_ENDPOINT ?? '');
  server = await startServer({ env: { ...s3.env, S3_ENDPOINT: trouble.endpoint } });
  amira = await server.as('amira');
});
beforeEach(() => {
  trouble.decide(() => 'pass');
  trouble.troubled.length = 0;
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
  await trouble.close();
  await s3.close();
});

const admin = () => server.place.database.as('admin').pool;

/** Everything that the store keeps of a recording: its objects, and parts of what is not one yet. */
async function leftOf(recordingId: string): Promise<string[]> {
  const bucket = `${s3.folder}/second-look`;
  const files = await readdir(bucket, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => `${file.parentPath.slice(bucket.length + 1)}/${file.name}`);
  const objects = paths.filter((path) => path.includes(recordingId) && path.endsWith('_object'));
  // One that was begun and has none is what a lost answer leaves: it was begun once more.
  const parts = paths.filter((path) => /^\._S3rver_uploads\/.*\/\d+$/.test(path));
  return [...objects, ...parts].map((path) => path.replace('._S3rver_object', ''));
}

async function growthOf(recordingId: string): Promise<Growth | null> {
  const { rows } = await admin().query('select growth from upload where recording_id = $1', [
    recordingId,
  ]);
  return rows[0].growth;
}

describe('an upload into a store that speaks S3', () => {
  describeUploads(
    () => server,
    async (id, key) => {
      expect(await leftOf(id)).toEqual([key]);
      expect(await growthOf(id)).toBeNull();
    },
  );

  it('outlives a store that refuses one request in five', async () => {
    trouble.decide(oneIn(5, 20));
    for (let round = 0; round < 3; round += 1) {
      const bytes = randomBytes(37 * megabyte + round);
      const { id, upload } = await begin(amira, bytes.length);
      await breakOften(amira, upload, bytes, { times: 6, mostBytes: 9 * megabyte });
      await finish(amira, upload, bytes);
      expect(await storedDigest(server.place, id)).toBe(digest(bytes));
      expect(await growthOf(id)).toBeNull();
    }
    const fates = new Set(trouble.troubled.map(({ fate }) => fate));
    expect(fates.size).toBeGreaterThan(3);
    expect(trouble.troubled.length).toBeGreaterThan(10);
  });
});

describe('cancelling', () => {
  it('leaves nothing', async () => {
    const bytes = randomBytes(20 * megabyte);
    const { id, upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 18 * megabyte));
    expect(await leftOf(id)).not.toEqual([]);
    expect((await amira.ask('DELETE', upload, undefined, tus)).status).toBe(204);
    expect(await leftOf(id)).toEqual([]);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('draft');
  });

  it('that breaks off is gone on with by the sweep', async () => {
    const bytes = randomBytes(20 * megabyte);
    const { id, upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 18 * megabyte));
    trouble.decide(({ method }) => (method === 'DELETE' ? 507 : 'pass'));
    expect((await amira.ask('DELETE', upload, undefined, tus)).status).toBeGreaterThanOrEqual(500);
    expect((await amira.ask('HEAD', upload, undefined, tus)).status).toBe(404);
    expect(await leftOf(id)).not.toEqual([]);
    await admin().query(
      `update upload set cancelled_at = now() - interval '2 minutes' where recording_id = $1`,
      [id],
    );
    const sweep = async () => sweepOnce(await openWorkshop(server), server.queue);
    await sweep();
    expect(await leftOf(id), 'the store refuses still').not.toEqual([]);
    trouble.decide(() => 'pass');
    await sweep();
    expect(await leftOf(id)).toEqual([]);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('draft');
    expect(
      (await append(amira, await beginUpload(amira, id, 3), 0, bytes.subarray(0, 3))).status,
    ).toBe(204);
  });

  it('by the trash leaves nothing either', async () => {
    const bytes = randomBytes(20 * megabyte);
    const { id, upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 18 * megabyte));
    await amira.ask('DELETE', `/api/recordings/${id}`);
    await admin().query(
      `update recording set deleted_at = now() - interval '31 days' where id = $1`,
      [id],
    );
    await sweepOnce(await openWorkshop(server), server.queue);
    expect(await leftOf(id)).toEqual([]);
  });
});

describe('the last byte', () => {
  const isCompleting = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path.includes('uploadId=');

  it('counts also where the store does not put the parts together then: the worker has it done', async () => {
    // A film that can be prepared, with nothing behind it that would matter.
    const bytes = Buffer.concat([await filmBytes('silent.mp4'), freeBox(17 * megabyte)]);
    const { id, upload } = await begin(amira, bytes.length);
    trouble.decide((asked) => (isCompleting(asked) ? 507 : 'pass'));
    expect((await append(amira, upload, 0, bytes)).status).toBe(204);
    const growth = await growthOf(id);
    expect(growth?.multipart?.etags).toHaveLength(1);
    trouble.decide(() => 'pass');
    await prepareNow(server, id);
    expect(await storedDigest(server.place, id)).toBe(digest(bytes));
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('ready');

    // As if whoever did it had ended before it could say so.
    const store = await openStore(readConfig(server.place.env), () => {});
    const { rows } = await admin().query('select object_key from source where recording_id = $1', [
      id,
    ]);
    await store.complete(rows[0].object_key, growth ?? { sizeBytes: 0 });
    expect(await storedDigest(server.place, id)).toBe(digest(bytes));
  });
});

describe('a store that is full', () => {
  it('is said to be; what was kept stays, and the rest arrives when there is room again', async () => {
    const bytes = randomBytes(40 * megabyte + 3);
    let puts = 0;
    await expectRoomLater(amira, server.place, bytes, {
      fill: () =>
        trouble.decide(({ method }) => {
          if (method === 'PUT') puts += 1;
          return method === 'PUT' && puts > 1 ? 507 : 'pass';
        }),
      expectKept: (offset) => expect(offset).toBe(16 * megabyte),
      makeRoom: () => trouble.decide(() => 'pass'),
    });
  });
});

/** A box of MP4 that says nothing (ISO/IEC 14496-12, section 8.1.2). */
function freeBox(sizeBytes: number): Buffer {
  const box = Buffer.alloc(sizeBytes);
  box.writeUInt32BE(sizeBytes, 0);
  box.write('free', 4);
  return box;
}
