import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beepMs, flashMs, shown } from '../media/corpus/measure.ts';
import { splitFilm, splitParts } from '../media/split.ts';
import type { Client } from '../world/client.ts';
import { append, beginUpload, filmBytes, settled } from '../world/lesson.ts';
import { fetchRenditions } from '../world/playing.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let split: Awaited<ReturnType<typeof splitParts>>;
beforeAll(async () => {
  split = await splitParts('mts');
  server = await startServer();
  amira = await server.as('amira');
  startWorkers(server.place);
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
  await rm(split.folder, { recursive: true, force: true });
});

/** @returns the recording when it is settled */
async function uploadParts(parts: Buffer[]) {
  const { id } = await amira.post('/api/recordings', { title: 'Split', parts: parts.length });
  for (const [part, bytes] of parts.entries()) {
    const upload = await beginUpload(amira, id, bytes.length, `0000${part}.MTS`, part);
    expect((await append(amira, upload, 0, bytes)).status).toBe(204);
  }
  return settled(amira, id);
}

describe('a lesson that a camera split', () => {
  it('is one recording, in order, with sound and picture together', async () => {
    const parts = await Promise.all(split.parts.map((path) => readFile(path)));
    const recording = await uploadParts(parts);
    expect(recording).toMatchObject({
      ...{ state: 'ready', failure: null, isIncomplete: false },
      source: { isSafe: true, parts: 3 },
    });
    expect(Math.abs(recording.durationMs - splitFilm.seconds * 1000)).toBeLessThanOrEqual(250);
    const { pool } = server.place.database.as('admin');
    const { rows } = await pool.query(
      'select sha256 from source where recording_id = $1 order by part',
      [recording.id],
    );
    expect(rows.map(({ sha256 }) => sha256)).toEqual(
      parts.map((bytes) => createHash('sha256').update(bytes).digest('hex')),
    );
    const renditions = await fetchRenditions(amira, recording.id, server.place.dataDir);
    const pathOf = (wanted: string) => renditions.find(({ kind }) => kind === wanted)?.path ?? '';
    const seen = await shown(pathOf('video'));
    expect(seen.pictures).toBe((await shown(split.whole)).pictures);
    expect(Math.abs(flashMs(seen) - splitFilm.flashMs)).toBeLessThanOrEqual(250);
    expect(Math.abs(flashMs(seen) - (await beepMs(pathOf('audio'))))).toBeLessThanOrEqual(40);
  });

  it('says why where one of its files is none of a film', async () => {
    const [first = Buffer.alloc(0)] = await Promise.all(split.parts.map((path) => readFile(path)));
    const recording = await uploadParts([first, await filmBytes('page.mp4')]);
    expect(recording).toMatchObject({ state: 'failed', failure: { code: 'web_page' } });
  });
});
