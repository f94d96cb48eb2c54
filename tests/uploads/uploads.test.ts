import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { append, beginUpload, draft, until, uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { begin, offsetOf, tus } from './sending.ts';

let server: TestServer;
let amira: Client;
let ben: Client;
beforeAll(async () => {
  server = await startServer({ settings: { maxUploadBytes: 100_000_000 } });
  amira = await server.as('amira');
  ben = await server.as('ben');
});
afterAll(() => server.stop());

const bytes = randomBytes(300_000);
const metadata = (entries: Record<string, string>) =>
  Object.entries(entries)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
const create = (client: Client, headers: Record<string, string>) =>
  client.ask('POST', '/api/uploads', undefined, { ...tus, ...headers });

/** The bytes that are stored for a recording, and how often work on it was entered. */
async function stored(recordingId: string) {
  const { pool } = server.place.database.as('admin');
  const { rows } = await pool.query(
    `select s.object_key, s.size_bytes::int, (select count(*)::int from cut c where c.recording_id = s.recording_id) as cuts,
       (select count(*)::int from processing_step p where p.recording_id = s.recording_id) as steps
     from source s where s.recording_id = $1`,
    [recordingId],
  );
  const [row] = rows;
  return row && { ...row, bytes: await buffer(await server.store.read(row.object_key)) };
}

describe('an upload', () => {
  it('arrives whole, and becomes work once', async () => {
    const id = await draft(amira);
    const upload = await beginUpload(amira, id, bytes.length, 'Über 4B.mp4');
    expect(upload).toMatch(/^\/api\/uploads\/[0-9a-f-]{36}$/);
    expect((await append(amira, upload, 0, bytes.subarray(0, 100_000))).status).toBe(204);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'uploading',
      progress: 1 / 3,
      source: {
        filename: 'Über 4B.mp4',
        sizeBytes: 300_000,
        receivedBytes: 100_000,
        isSafe: false,
      },
    });
    const last = await append(amira, upload, 100_000, bytes.subarray(100_000));
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '300000']);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'processing',
      // Safe is what has its checksum, which a worker makes.
      source: { receivedBytes: 300_000, isSafe: false },
    });
    // The answer to the last PATCH may be lost, and then it is sent again.
    const again = await append(amira, upload, 100_000, bytes.subarray(100_000));
    expect(again.status).toBe(409);
    expect((await append(amira, upload, 300_000, Buffer.alloc(0))).status).toBe(204);
    expect(await offsetOf(amira, upload)).toBe(300_000);
    expect(await stored(id)).toMatchObject({ size_bytes: 300_000, cuts: 1, steps: 1 });
    expect((await stored(id)).bytes.equals(bytes)).toBe(true);
  });

  it('begins once: asking again gives the same one, with what has arrived', async () => {
    const id = await draft(amira);
    const all = await Promise.allSettled(
      [1, 2, 3, 4].map(() => beginUpload(amira, id, bytes.length)),
    );
    const addresses = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(new Set(addresses).size).toBe(1);
    const [upload = ''] = addresses;
    await append(amira, upload, 0, bytes.subarray(0, 5000));
    expect(await beginUpload(amira, id, bytes.length)).toBe(upload);
    expect(await offsetOf(amira, upload)).toBe(5000);
    const other = await create(amira, {
      'upload-length': '7',
      'upload-metadata': metadata({ recordingId: id }),
    });
    expect([other.status, other.json.code]).toEqual([409, 'upload_exists']);
  });

  it('is refused for a recording that has its video', async () => {
    const id = await uploaded(amira, bytes);
    const second = await create(amira, {
      'upload-length': '300000',
      'upload-metadata': metadata({ recordingId: id }),
    });
    expect([second.status, second.json.code]).toEqual([409, 'upload_exists']);
  });

  it('does not go on from anywhere but its end', async () => {
    const { id, upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 1000));
    for (const offset of [0, 999, 1001, 299_999]) {
      expect((await append(amira, upload, offset, bytes.subarray(1000, 1010))).status).toBe(409);
    }
    expect(await offsetOf(amira, upload)).toBe(1000);
    await append(amira, upload, 1000, bytes.subarray(1000));
    expect((await stored(id)).bytes.equals(bytes)).toBe(true);
  });

  it('takes no more than it said', async () => {
    const { id, upload } = await begin(amira, 1000);
    const named = await append(amira, upload, 0, bytes.subarray(0, 1001));
    expect([named.status, await named.json()]).toMatchObject([413, { code: 'too_large' }]);
    expect(await offsetOf(amira, upload)).toBe(0);
    const unnamed = await fetch(new URL(upload, amira.address), {
      method: 'PATCH',
      headers: {
        ...tus,
        cookie: amira.cookie,
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(bytes.subarray(0, 600));
          controller.enqueue(bytes.subarray(600, 1400));
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(unnamed.status).toBe(413);
    const reached = await offsetOf(amira, upload);
    expect(reached).toBeLessThanOrEqual(1000);
    await append(amira, upload, reached, bytes.subarray(reached, 1000));
    expect((await stored(id)).bytes.equals(bytes.subarray(0, 1000))).toBe(true);
  });

  it('is no larger than the server accepts', async () => {
    const id = await draft(amira);
    const recording = { 'upload-metadata': metadata({ recordingId: id }) };
    const answer = await create(amira, { ...recording, 'upload-length': '100000001' });
    expect([answer.status, answer.json.code]).toEqual([413, 'too_large']);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'draft',
      source: null,
    });
  });

  it('is not begun where the disk has no room for it', async () => {
    const large = await startServer({ settings: { maxUploadBytes: 10 ** 18 } });
    try {
      const person = await large.as('amira');
      const answer = await create(person, {
        'upload-length': String(10 ** 17),
        'upload-metadata': metadata({ recordingId: await draft(person) }),
      });
      expect([answer.status, answer.json.code]).toEqual([507, 'no_space']);
    } finally {
      await large.stop();
    }
  });

  it.each([
    [{}],
    [{ 'upload-length': '-1' }],
    [{ 'upload-length': 'many' }],
    [{ 'upload-length': '1', 'upload-defer-length': '1' }],
    [{ 'upload-defer-length': '1' }],
    [{ 'upload-length': '1', 'upload-concat': 'partial' }],
  ] as Record<string, string>[][])('needs its size from the start: %o', async (headers) => {
    const id = await draft(amira);
    const answer = await create(amira, {
      'upload-metadata': metadata({ recordingId: id }),
      ...headers,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('draft');
  });

  it('may be empty; then a worker says what is wrong with it', async () => {
    const id = await uploaded(amira, Buffer.alloc(0));
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('processing');
    expect(await stored(id)).toMatchObject({
      size_bytes: 0,
      cuts: 1,
      steps: 1,
      bytes: Buffer.alloc(0),
    });
  });

  it('is cancelled by its owner, and can begin anew', async () => {
    const { id, upload, key } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 1000));
    expect(await server.store.size(key)).toBe(1000);
    expect((await amira.ask('DELETE', upload, undefined, tus)).status).toBe(204);
    expect(await server.store.size(key)).toBeNull();
    expect((await amira.ask('HEAD', upload, undefined, tus)).status).toBe(404);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('draft');
    const second = await beginUpload(amira, id, 10);
    expect(second).not.toBe(upload);
    expect((await append(amira, second, 0, bytes.subarray(0, 10))).status).toBe(204);
    expect((await amira.ask('DELETE', second, undefined, tus)).status, 'finished').toBe(422);
    expect((await stored(id)).bytes.length).toBe(10);
  });

  it('begins anew at once where cancelling broke off in the middle', async () => {
    const { id, upload, key } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 1000));
    const { pool } = server.place.database.as('admin');
    await pool.query('update upload set cancelled_at = now() where recording_id = $1', [id]);
    const second = await beginUpload(amira, id, bytes.length);
    expect(second).not.toBe(upload);
    expect(await server.store.size(key)).toBeNull();
    expect((await append(amira, second, 0, bytes)).status).toBe(204);
    expect((await stored(id)).bytes.length).toBe(bytes.length);
  });

  it('is kept under the recording’s own id, however the client writes it', async () => {
    const id = await draft(amira);
    const upload = await beginUpload(amira, id.toUpperCase(), 10);
    expect(await beginUpload(amira, id, 10)).toBe(upload);
    await append(amira, upload, 0, bytes.subarray(0, 10));
    expect((await stored(id)).object_key).toMatch(new RegExp(`^recordings/${id}/source/`));
  });

  it.each([
    [404, { recordingId: '-'.repeat(36) }],
    [404, { recordingId: '\0' }],
    [422, { filename: 'a\0b.mp4' }],
    [422, { filetype: 'video/\0' }],
  ])('is refused with %i for metadata that do not fit: %j', async (status, entries) => {
    const recordingId = await draft(amira);
    const answer = await create(amira, {
      'upload-length': '1',
      'upload-metadata': metadata({ recordingId, ...entries }),
    });
    expect(answer.status).toBe(status);
    expect((await amira.get(`/api/recordings/${recordingId}`)).state).toBe('draft');
  });

  it('goes on as work where its last byte finds the recording in the trash', async () => {
    const { id, upload, key } = await begin(amira, 300_000);
    const answer = await fetch(new URL(upload, amira.address), {
      method: 'PATCH',
      headers: {
        ...tus,
        cookie: amira.cookie,
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(bytes.subarray(0, 200_000));
          await until(() => server.store.size(key));
          await amira.ask('DELETE', `/api/recordings/${id}`);
          controller.enqueue(bytes.subarray(200_000));
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(204);
    expect(await stored(id)).toMatchObject({ steps: 1 });
    expect(await amira.post(`/api/recordings/${id}/restore`)).toMatchObject({
      state: 'processing',
    });
  });

  it('ends with its recording', async () => {
    const { id, upload } = await begin(amira, bytes.length);
    await amira.ask('DELETE', `/api/recordings/${id}`);
    expect((await append(amira, upload, 0, bytes)).status).toBe(404);
    await amira.post(`/api/recordings/${id}/restore`);
    expect((await append(amira, upload, 0, bytes)).status).toBe(204);
  });
});

describe('somebody else', () => {
  it('finds no upload, by any verb', async () => {
    const { id, upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes.subarray(0, 1000));
    const absent = `/api/uploads/${randomUUID()}`;
    for (const name of ['ben', 'dev', 'olive'] as const) {
      const other = await server.as(name);
      for (const address of [upload, absent]) {
        expect((await other.ask('HEAD', address, undefined, tus)).status).toBe(404);
        expect((await other.ask('DELETE', address, undefined, tus)).status).toBe(404);
        const patch = await append(other, address, 1000, bytes.subarray(1000));
        expect([patch.status, await patch.json()]).toMatchObject([404, { code: 'not_found' }]);
        expect((await append(other, address, 7, bytes)).status, 'no hint of the offset').toBe(404);
      }
      const begun = await create(other, {
        'upload-length': '300000',
        'upload-metadata': metadata({ recordingId: id }),
      });
      expect([begun.status, begun.json.code]).toEqual([404, 'not_found']);
    }
    expect(await offsetOf(amira, upload)).toBe(1000);
    expect((await append(amira, upload, 1000, bytes.subarray(1000))).status).toBe(204);
  });

  it('finds none with a grant either', async () => {
    const { id, upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes);
    await amira.post(`/api/recordings/${id}/grants`, {
      principal: { type: 'user', id: ben.id },
      rights: ['view', 'comment', 'reshare', 'download'],
    });
    expect((await ben.ask('HEAD', upload, undefined, tus)).status).toBe(404);
    expect((await ben.ask('DELETE', upload, undefined, tus)).status).toBe(404);
  });

  it('who is signed out is asked to sign in', async () => {
    const { upload } = await begin(amira, 10);
    const nobody = { ...amira, cookie: '' };
    expect((await append(nobody, upload, 0, bytes.subarray(0, 10))).status).toBe(401);
  });
});

describe('the address of an upload', () => {
  it('never gives bytes back', async () => {
    const { upload } = await begin(amira, bytes.length);
    await append(amira, upload, 0, bytes);
    for (const path of [upload, '/api/uploads', '/api/uploads/']) {
      expect([path, (await amira.ask('GET', path, undefined, tus)).status]).toEqual([path, 404]);
    }
    const overridden = await fetch(new URL(upload, amira.address), {
      method: 'PATCH',
      headers: { ...tus, cookie: amira.cookie, 'x-http-method-override': 'GET' },
    });
    expect((await overridden.arrayBuffer()).byteLength).toBeLessThan(1000);
    expect(overridden.status).toBeGreaterThanOrEqual(400);
  });

  it('is the server’s to make', async () => {
    for (const path of ['/api/uploads/mine', '/api/uploads/..%2f..%2fetc', '/api/uploads/%00']) {
      expect([path, (await amira.ask('HEAD', path, undefined, tus)).status]).toEqual([path, 404]);
    }
  });
});
