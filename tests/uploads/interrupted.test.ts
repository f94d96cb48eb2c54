import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { sweepOnce } from '@second-look/workers/sweep';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, signIn } from '../world/client.ts';
import { append, beginUpload, draft, openWorkshop, until, uploaded } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess } from '../world/processes.ts';
import { openPlace, startServer, type TestServer } from '../world/server.ts';
import { describeUploads } from './contract.ts';
import {
  begin,
  digest,
  finish,
  isBeingWritten,
  megabyte,
  offsetOf,
  openPatch,
  sendPart,
  statusOf,
  storedDigest,
  tus,
} from './sending.ts';

let server: TestServer;
let amira: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
});

describe('an upload into a folder', () => {
  describeUploads(
    () => server,
    async (id, key) => {
      const found = [];
      for await (const object of server.store.list(`recordings/${id}/`)) found.push(object.key);
      expect(found).toEqual([key]);
    },
  );
});

describe('a connection that breaks', () => {
  it('costs nothing with the client that browsers use', async () => {
    const bytes = randomBytes(5 * megabyte + 1);
    const id = await draft(amira);
    const options = {
      endpoint: `${amira.address}/api/uploads`,
      headers: { cookie: amira.cookie },
      metadata: { recordingId: id, filename: 'lesson.mp4', filetype: 'video/mp4' },
      retryDelays: [50, 100, 1000, 3000, 5000],
    };
    let url = '';
    await new Promise<void>((resolve, reject) => {
      const first = new Upload(Buffer.from(bytes), {
        ...options,
        chunkSize: megabyte,
        onError: reject,
        onChunkComplete: (_size, accepted) => {
          if (accepted < 2 * megabyte) return;
          url = first.url ?? '';
          first.abort().then(resolve, reject);
        },
      });
      first.start();
    });
    expect(await offsetOf(amira, url)).toBeGreaterThanOrEqual(2 * megabyte);
    await new Promise<void>((resolve, reject) => {
      const second = new Upload(Buffer.from(bytes), {
        ...options,
        uploadUrl: url,
        onError: reject,
        onSuccess: () => resolve(),
      });
      second.start();
    });
    expect(await storedDigest(server.place, id)).toBe(digest(bytes));
  });

  it('that nobody noticed gives way to the next', async () => {
    const bytes = randomBytes(megabyte);
    const { id, upload } = await begin(amira, bytes.length);
    const silent = openPatch(amira, upload, 0, bytes.length);
    await sendPart(silent, bytes.subarray(0, 300_000));
    await isBeingWritten(server.place, id);
    // The phone has changed networks: its first connection stays open, and says nothing more.
    await finish(amira, upload, bytes);
    silent.destroy();
    expect(await storedDigest(server.place, id)).toBe(digest(bytes));
  });
});

describe('two requests at once', () => {
  it('at the same place: one of them writes, and the bytes are right', async () => {
    const bytes = randomBytes(4 * megabyte);
    const { id, upload } = await begin(amira, bytes.length);
    const noise = randomBytes(bytes.length);
    const answers = await Promise.all([
      append(amira, upload, 0, bytes),
      append(amira, upload, 0, noise),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const winner = answers[0]?.status === 204 ? bytes : noise;
    expect(await storedDigest(server.place, id)).toBe(digest(winner));
  });
});

describe('a server', () => {
  it('asked to stop, keeps every byte of a slow upload and does not wait for the rest', async () => {
    const place = await openPlace();
    try {
      const process = await startServerProcess(place, await freePort());
      const client = await signIn(process.address, place.emailOf('amira'), place.password);
      const bytes = randomBytes(2 * megabyte);
      const { upload } = await begin(client, bytes.length);
      const events = await fetch(`${client.address}/api/events`, {
        headers: { cookie: client.cookie },
      });
      const patch = openPatch(client, upload, 0, bytes.length);
      await sendPart(patch, bytes.subarray(0, megabyte));
      const path = `${place.dataDir}/objects`;
      const store = await openDiskStore(path);
      const { rows } = await place.database.as('admin').pool.query('select object_key from upload');
      await until(async () => (await store.size(rows[0].object_key)) === megabyte);
      expect(await process.end('SIGTERM')).toBe(0);
      patch.destroy();
      await events.body?.cancel().catch(() => {});
      const after = await place.database
        .as('admin')
        .pool.query('select offset_bytes::int as offset, lease_id from upload');
      expect(after.rows).toEqual([{ offset: megabyte, lease_id: null }]);
    } finally {
      await place.remove();
    }
  });
});

describe('a queue that does not answer', () => {
  it('loses no work: the sweep brings it', async () => {
    const { pool } = server.place.database.as('admin');
    await pool.query('drop schema second_look_queue cascade');
    const id = await uploaded(amira, randomBytes(1000));
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('processing');
    const steps = async () =>
      (await pool.query('select id from processing_step where recording_id = $1', [id])).rows;
    const [step] = await steps();
    const added: string[] = [];
    const queue = { add: async ({ id }: { id: string }) => void added.push(id) };
    await sweepOnce(await openWorkshop(server), queue);
    expect(added).toContain(step.id);
  });
});

describe('an upload that nobody comes back for', () => {
  it('goes after seven days, and its recording is a draft again', async () => {
    const { pool } = server.place.database.as('admin');
    const leave = async (days: number) => {
      const { id, upload, key } = await begin(amira, 5000);
      await append(amira, upload, 0, randomBytes(1000));
      await pool.query(
        'update upload set updated_at = now() - make_interval(days => $2, mins => 1) where recording_id = $1',
        [id, days],
      );
      return { id, upload, key };
    };
    const old = await leave(7);
    const recent = await leave(6);
    await sweepOnce(await openWorkshop(server), server.queue);
    expect((await amira.get(`/api/recordings/${old.id}`)).state).toBe('draft');
    expect((await amira.ask('HEAD', old.upload, undefined, tus)).status).toBe(404);
    expect(await server.store.size(old.key)).toBeNull();
    expect((await amira.get(`/api/recordings/${recent.id}`)).state).toBe('uploading');
    expect(await server.store.size(recent.key)).toBe(1000);
    const again = await beginUpload(amira, old.id, 10);
    expect((await append(amira, again, 0, randomBytes(10))).status).toBe(204);
  });
});

describe('a large file', () => {
  it('passes through without staying in memory', async () => {
    const place = await openPlace();
    try {
      const process = await startServerProcess(place, await freePort());
      const client = await signIn(process.address, place.emailOf('amira'), place.password);
      const sizeBytes = 600 * megabyte;
      const { upload } = await begin(client, sizeBytes);
      const patch = openPatch(client, upload, 0, sizeBytes);
      const part = randomBytes(megabyte);
      const residentBytes = async () =>
        Number(
          /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${process.pid}/status`, 'utf8'))?.[1],
        ) * 1024;
      const before = await residentBytes();
      let most = before;
      for (let sent = 0; sent < sizeBytes; sent += megabyte) {
        await sendPart(patch, part);
        if (sent % (20 * megabyte) === 0) most = Math.max(most, await residentBytes());
      }
      const finished = statusOf(patch);
      patch.end();
      expect(await finished).toBe(204);
      expect(most - before).toBeLessThan(150 * megabyte);
      await process.end('SIGTERM');
    } finally {
      await place.remove();
    }
  });
});
