import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@second-look/infra/config';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { look } from '../../server/src/operate/checks/look.ts';
import { filmBytes, prepareNow, uploaded } from '../world/lesson.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { ask } from './place.ts';
import { secondLook } from './second-look.ts';

let s3: TestS3;
let server: TestServer;
let folder: string;
beforeAll(async () => {
  s3 = await startS3();
  server = await startServer({ env: s3.env });
  folder = await mkdtemp(join(tmpdir(), 'second-look-backup-'));
});
afterAll(async () => {
  await server.stop();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

const rows = <T extends object>(question: string, ...values: unknown[]) =>
  ask<T & Record<string, unknown>>(server.place.database.adminUrl, question, values);
const check = (...words: string[]) => secondLook(['check', ...words], server.place.env);
const stateOf = async (id: string) =>
  (await (await server.as('amira')).get(`/api/recordings/${id}`)).state;

async function uploadOf(id: string) {
  const [upload] = await rows<{ key: string; growth: { sizeBytes: number } | null }>(
    'select object_key as key, growth from upload where recording_id = $1',
    id,
  );
  if (!upload) throw new Error('There is no upload.');
  return upload;
}

/** A lesson that arrived whole when the store no longer answered. @returns its id */
async function arrived(): Promise<string> {
  const { complete } = server.store;
  server.store.complete = async () => {
    throw new Error('The store does not answer.');
  };
  const id = await uploaded(await server.as('amira'), await filmBytes('silent.mp4'));
  server.store.complete = complete;
  const { key, growth } = await uploadOf(id);
  expect(growth).not.toBeNull();
  expect(await server.store.size(key)).toBeNull();
  return id;
}

/** As the worker leaves a lesson when all its tries have met a store that does not answer. */
async function failEveryTry(id: string) {
  await rows(`update processing_step set state = 'failed' where recording_id = $1`, id);
  await rows(
    `update recording set state = 'failed', failure_code = 'encode_failed' where id = $1`,
    id,
  );
}

it('takes no lesson for lost that only has to be completed, and has it prepared', async () => {
  const id = await arrived();
  expect((await check()).out, 'a worker will complete it').toContain('All is well');
  await failEveryTry(id);
  const found = await check();
  expect(found.code).toBe(1);
  expect(found.out).toContain('arrived whole and is to be completed of 1 recording: --mend');
  expect(found.out).not.toContain('nothing can be watched');
  const nobodys = 'recordings/x/source/y.unfinished/z';
  await server.store.put(nobodys, Buffer.from('rest'));
  async function* aged() {
    for await (const one of server.store.listUnfinished()) yield { ...one, changedAt: new Date(0) };
  }
  const seen = await look(readConfig(server.place.env), { ...server.store, listUnfinished: aged });
  expect(seen.orphans, 'what it still needs is none').toEqual([nobodys]);
  const mended = await check('--mend');
  expect(mended.code).toBe(0);
  expect(mended.out).toContain('completed, and being prepared');
  expect((await uploadOf(id)).growth).toBeNull();
  await prepareNow(server, id);
  expect(await stateOf(id)).toBe('ready');
  expect((await check()).out).toContain('All is well');
});

it('tells the owner where its parts are gone as well', async () => {
  const id = await arrived();
  await failEveryTry(id);
  const { key, growth } = await uploadOf(id);
  await server.store.abandon(key, growth ?? { sizeBytes: 0 });
  const mended = await check('--mend');
  expect(mended.code).toBe(0);
  expect(mended.out).toContain('nothing can be watched, of 1 recording: their owners are told');
  expect(mended.out).not.toContain('being prepared');
  const shown = await (await server.as('amira')).get(`/api/recordings/${id}`);
  expect(shown.failure).toMatchObject({ code: 'source_missing' });
});

it('is completed by a worker, which says so', async () => {
  const id = await arrived();
  await prepareNow(server, id);
  expect(await stateOf(id)).toBe('ready');
  expect((await uploadOf(id)).growth).toBeNull();
});

it('is in a backup', async () => {
  // What the store lost for good is told by every backup.
  await rows(`delete from recording where failure_code = 'source_missing'`);
  const id = await arrived();
  const { key } = await uploadOf(id);
  const { code, out } = await secondLook(['backup', folder], server.place.env);
  expect({ code, out }).toMatchObject({ code: 0 });
  const verified = await secondLook(['restore', folder, '--verify']);
  expect(verified.code).toBe(0);
  expect(await server.store.size(key)).toBe((await filmBytes('silent.mp4')).length);
});
