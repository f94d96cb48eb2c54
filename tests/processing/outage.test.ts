import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@second-look/infra/object-store/open';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { doStep, filmBytes, openWorkshop, prepareNow, uploaded } from '../world/lesson.ts';
import { endProcesses, freePort, startWorkers } from '../world/processes.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { startServer, type TestServer } from '../world/server.ts';

let s3: TestS3;
let server: TestServer;
let amira: Client;
beforeAll(async () => {
  s3 = await startS3();
  server = await startServer({ env: s3.env });
  amira = await server.as('amira');
});
afterAll(async () => {
  await endProcesses();
  await server?.stop();
  await s3?.close();
});

const admin = () => server.place.database.as('admin').pool;
const get = (id: string) => amira.get(`/api/recordings/${id}`);

/** Uploads a film on which so many attempts were made. */
async function triedOften(attempts: number) {
  const id = await uploaded(amira, await filmBytes('silent.mp4'));
  const { rows } = await admin().query(
    'update processing_step set attempt = $2 where recording_id = $1 returning id',
    [id, attempts],
  );
  return { id, stepId: rows[0].id as string };
}

describe('a store that is away', () => {
  it('is not blamed on the film, however often it is tried', async () => {
    const { id, stepId } = await triedOften(9);
    const away = { ...s3.config, endpoint: `http://127.0.0.1:${await freePort()}` };
    const store = await openStore({ s3: away, dataDir: server.place.dataDir }, () => {});
    const workshop = { ...(await openWorkshop(server)), store };
    await expect(doStep(workshop, stepId)).rejects.toThrow();
    await expect(doStep(workshop, stepId)).rejects.toThrow();
    expect(await get(id)).toMatchObject({ state: 'processing', failure: null });
    const { rows } = await admin().query('select state from processing_step where id = $1', [
      stepId,
    ]);
    expect(rows).toEqual([{ state: 'pending' }]);
    await prepareNow(server, id);
    expect((await get(id)).state).toBe('ready');
  });
});

describe('an ffmpeg that is none', () => {
  it('ends the workers with one sentence', async () => {
    const workers = startWorkers(server.place, { FFMPEG_PATH: '/bin/true' });
    expect(await workers.ended).toBe(1);
    expect(workers.output()).toMatch(
      /^The workers cannot start\. FFMPEG_PATH is \/bin\/true, which can't be run as ffmpeg: .*\.\n$/,
    );
  });
});

describe('an ffmpeg that is killed each time', () => {
  it('is not blamed on the film, and ends after ten attempts', async () => {
    const { id, stepId } = await triedOften(9);
    const ffmpegPath = join(server.place.dataDir, 'ffmpeg');
    await writeFile(ffmpegPath, '#!/bin/sh\nkill -KILL $$\n');
    await chmod(ffmpegPath, 0o755);
    const workshop = await openWorkshop(server);
    const dying = { ...workshop, tools: { ...workshop.tools, ffmpegPath } };
    await expect(doStep(dying, stepId)).rejects.toThrow();
    expect(await get(id)).toMatchObject({ state: 'processing', failure: null });
    await doStep(dying, stepId);
    expect(await get(id)).toMatchObject({ state: 'failed', failure: { code: 'interrupted' } });
  });
});
