import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Client, signIn } from '../world/client.ts';
import { append, until } from '../world/lesson.ts';
import { freePort, startServerProcess } from '../world/processes.ts';
import type { TestPlace, TestServer } from '../world/server.ts';
import {
  begin,
  breakOften,
  digest,
  finish,
  isBeingWritten,
  megabyte,
  offsetOf,
  openPatch,
  sendPart,
  statusOf,
  storedDigest,
} from './sending.ts';

/**
 * What every upload does, whatever store it goes into.
 * @param open the server whose store it is, once tests run
 * @param expectAlone looks that the store keeps the object of this finished upload, and nothing else of it
 */
export function describeUploads(
  open: () => TestServer,
  expectAlone: (recordingId: string, key: string) => Promise<void>,
) {
  it('arrives whole wherever and however often it breaks off, and leaves its object and nothing else', async () => {
    const { as, place } = open();
    const amira = await as('amira');
    const bytes = randomBytes(53 * megabyte + 17);
    const { id, upload, key } = await begin(amira, bytes.length);
    const times = { times: 15, mostBytes: 11 * megabyte };
    expect(await breakOften(amira, upload, bytes, times)).toBeGreaterThan(0);
    await finish(amira, upload, bytes);
    expect(await storedDigest(place, id)).toBe(digest(bytes));
    await expectAlone(id, key);
  });

  it('is written by one of two servers at a time', async () => {
    const { as, place } = open();
    const amira = await as('amira');
    const other = await startServerProcess(place, await freePort());
    const there = await signIn(other.address, place.emailOf('amira'), place.password);
    const bytes = randomBytes(20 * megabyte);
    const { id, upload } = await begin(amira, bytes.length);
    const slow = openPatch(amira, upload, 0, bytes.length);
    await sendPart(slow, bytes.subarray(0, 5 * megabyte));
    await isBeingWritten(place, id);
    const intruder = append(there, upload, 0, randomBytes(bytes.length));
    await sleep(300);
    const finished = statusOf(slow);
    slow.end(bytes.subarray(5 * megabyte));
    expect(await finished).toBe(204);
    expect((await intruder).status).toBe(409);
    expect(await storedDigest(place, id)).toBe(digest(bytes));
    await other.end('SIGTERM');
  });

  it('goes on from where the server said it was when it was killed', async () => {
    const { place } = open();
    const port = await freePort();
    let process = await startServerProcess(place, port);
    const client = await signIn(process.address, place.emailOf('amira'), place.password);
    const bytes = randomBytes(70 * megabyte);
    const { id, upload, key } = await begin(client, bytes.length);
    for (const killAt of [25 * megabyte, 60 * megabyte]) {
      const before = await offsetOf(client, upload);
      const patch = openPatch(client, upload, before, bytes.length - before);
      await sendPart(patch, bytes.subarray(before, killAt));
      const said = await until(async () => {
        const offset = await offsetOf(client, upload);
        return offset > before && offset;
      });
      await process.end('SIGKILL');
      patch.destroy();
      process = await startServerProcess(place, port);
      const reached = await offsetOf(client, upload);
      expect(reached).toBeLessThanOrEqual(killAt);
      expect(reached).toBeGreaterThanOrEqual(said);
    }
    await finish(client, upload, bytes);
    await process.end('SIGTERM');
    expect(await storedDigest(place, id)).toBe(digest(bytes));
    await expectAlone(id, key);
  });

  it.each([0, 1, 1000, 16 * megabyte, 32 * megabyte])(
    'arrives with %i bytes',
    async (sizeBytes) => {
      const { as, place } = open();
      const amira = await as('amira');
      const bytes = randomBytes(sizeBytes);
      const { id, upload, key } = await begin(amira, sizeBytes);
      if (sizeBytes > 0) expect((await append(amira, upload, 0, bytes)).status).toBe(204);
      expect(await storedDigest(place, id)).toBe(digest(bytes));
      await expectAlone(id, key);
    },
  );
}

/**
 * What every upload does where the store is full, and then is not.
 * @param store.fill leaves too little room for the upload that has just begun
 * @param store.expectKept looks at how many bytes were kept then
 */
export async function expectRoomLater(
  client: Client,
  place: TestPlace,
  bytes: Buffer,
  store: { fill(): void; expectKept(offset: number): void; makeRoom(): void },
): Promise<void> {
  const { id, upload } = await begin(client, bytes.length);
  store.fill();
  const refused = await append(client, upload, 0, bytes);
  expect([refused.status, await refused.json()]).toMatchObject([507, { code: 'no_space' }]);
  const kept = await offsetOf(client, upload);
  store.expectKept(kept);
  expect((await append(client, upload, kept, bytes.subarray(kept))).status).toBe(507);
  store.makeRoom();
  await finish(client, upload, bytes);
  expect(await storedDigest(place, id)).toBe(digest(bytes));
}
