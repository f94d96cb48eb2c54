import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type ClientRequest, request } from 'node:http';
import { readConfig } from '@second-look/infra/config';
import { openStore } from '@second-look/infra/object-store/open';
import { expect } from 'vitest';
import type { Client } from '../world/client.ts';
import { append, beginUpload, draft, until } from '../world/lesson.ts';
import type { TestPlace } from '../world/server.ts';

export const tus = { 'tus-resumable': '1.0.0' };
export const megabyte = 1024 * 1024;
export const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Begins an upload for a new draft. @returns the recording's id, the upload's address, and the key of its object */
export async function begin(client: Client, sizeBytes: number) {
  const id = await draft(client);
  const upload = await beginUpload(client, id, sizeBytes);
  return { id, upload, key: `recordings/${id}/source/${upload.split('/').at(-1)}` };
}

export async function offsetOf(client: Client, upload: string): Promise<number> {
  const answer = await until(async () => {
    const head = await client.ask('HEAD', upload, undefined, tus).catch(() => undefined);
    return head?.status === 200 && head;
  });
  return Number(answer.headers.get('upload-offset'));
}

/** A PATCH whose body its caller writes, and may break off. */
export function openPatch(
  client: Client,
  upload: string,
  offset: number,
  length: number,
): ClientRequest {
  const patch = request(new URL(upload, client.address), {
    method: 'PATCH',
    agent: new Agent(),
    headers: {
      ...tus,
      cookie: client.cookie,
      'upload-offset': offset,
      'content-type': 'application/offset+octet-stream',
      'content-length': length,
    },
  });
  patch.on('error', () => {});
  return patch;
}

export async function sendPart(patch: ClientRequest, part: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => patch.write(part, () => resolve()));
}

export async function statusOf(patch: ClientRequest): Promise<number> {
  const [answer] = await once(patch, 'response');
  answer.resume();
  return answer.statusCode;
}

/** Goes on as clients do: asks how far it is, sends the rest, and asks again where something else came between. */
export async function finish(client: Client, upload: string, bytes: Buffer): Promise<void> {
  await until(async () => {
    const offset = await offsetOf(client, upload);
    const { status } = await append(client, upload, offset, bytes.subarray(offset));
    expect([204, 409, 423]).toContain(status);
    return status === 204;
  });
}

/** Breaks an upload off so many times, each time somewhere else. @returns how far it is then */
export async function breakOften(
  client: Client,
  upload: string,
  bytes: Buffer,
  { times, mostBytes }: { times: number; mostBytes: number },
): Promise<number> {
  let offset = 0;
  let furthest = 0;
  for (let cut = 0; cut < times; cut += 1) {
    const patch = openPatch(client, upload, offset, bytes.length - offset);
    const sent = Math.min(Math.ceil(Math.random() ** 2 * mostBytes), bytes.length - offset - 1);
    await sendPart(patch, bytes.subarray(offset, offset + sent));
    if (cut % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    patch.destroy();
    const reached = await offsetOf(client, upload);
    expect(reached).toBeGreaterThanOrEqual(offset);
    // What an earlier request sent may arrive after the answer to how far it is.
    furthest = Math.max(furthest, offset + sent);
    expect(reached).toBeLessThanOrEqual(furthest);
    offset = reached;
  }
  return offset;
}

export async function isBeingWritten({ database }: TestPlace, recordingId: string): Promise<void> {
  const { pool } = database.as('admin');
  await until(async () => {
    const { rows } = await pool.query(
      'select lease_until > now() as is_held from upload where recording_id = $1',
      [recordingId],
    );
    return rows[0]?.is_held;
  });
}

/** The checksum of what is stored as a recording's video, read from the store itself. */
export async function storedDigest(place: TestPlace, recordingId: string): Promise<string> {
  const { rows } = await place.database
    .as('admin')
    .pool.query('select object_key from source where recording_id = $1', [recordingId]);
  expect(rows).toHaveLength(1);
  const store = await openStore(readConfig(place.env), () => {});
  const hash = createHash('sha256');
  for await (const chunk of await store.read(rows[0].object_key)) hash.update(chunk);
  return hash.digest('hex');
}
