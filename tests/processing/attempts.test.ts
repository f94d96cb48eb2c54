import {
  claimStep,
  failStep,
  publish,
  returnStep,
  saveProgress,
} from '@second-look/workers/prepare-queries';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../world/client.ts';
import { uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
});
afterAll(() => server.stop());

const made = {
  renditions: [],
  posterKey: 'poster',
  beside: { storyboardKey: null, storyboard: null, waveformKey: null, peaksPerSecond: null },
  durationMs: 1000,
  isIncomplete: false,
  madeBytes: 0,
};
const worker = () => server.place.database.as('worker').plain;

/** Two attempts at the same step, the second begun while the first was still at it. */
async function twoAttempts() {
  const id = await uploaded(amira, Buffer.from('bytes'));
  const { rows } = await server.place.database
    .as('admin')
    .pool.query('select id from processing_step where recording_id = $1', [id]);
  const first = await claimStep(worker(), rows[0].id);
  const second = await claimStep(worker(), rows[0].id);
  if (!first || !second) throw new Error('Nothing was claimed.');
  expect([first.attempt, second.attempt]).toEqual([1, 2]);
  return { id, stepId: rows[0].id, first, second };
}

describe('an attempt that was overtaken', () => {
  it('publishes nothing, whether it is done earlier or later', async () => {
    const { id, stepId, first, second } = await twoAttempts();
    expect(await publish(worker(), first, made)).toBe(false);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('processing');
    expect(await publish(worker(), second, made)).toBe(true);
    expect(await publish(worker(), first, made)).toBe(false);
    expect(await publish(worker(), second, made)).toBe(false);
    const { rows } = await server.place.database
      .as('admin')
      .pool.query('select published_attempt from cut where recording_id = $1', [id]);
    expect(rows).toEqual([{ published_attempt: 2 }]);
    expect(await claimStep(worker(), stepId), 'what is done is not taken again').toBeUndefined();
  });

  it('no longer says how far it is', async () => {
    const { id, first, second } = await twoAttempts();
    await saveProgress(worker(), second, 0.2);
    await saveProgress(worker(), first, 0.9);
    expect((await amira.get(`/api/recordings/${id}`)).progress).toBeCloseTo(0.2);
    await publish(worker(), second, made);
    await saveProgress(worker(), second, 0.95);
    expect((await amira.get(`/api/recordings/${id}`)).progress).toBeNull();
  });

  it('neither fails the recording nor gives the work back', async () => {
    const { id, first, second } = await twoAttempts();
    await failStep(worker(), first, 'encode_failed', 'overtaken');
    await returnStep(worker(), first);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('processing');
    expect(await publish(worker(), second, made)).toBe(true);
    await failStep(worker(), first, 'encode_failed', 'overtaken');
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('ready');
  });
});

describe('an attempt that has published', () => {
  it('can no longer be failed or given back', async () => {
    const { id, stepId, second } = await twoAttempts();
    expect(await publish(worker(), second, made)).toBe(true);
    await failStep(worker(), second, 'encode_failed', 'afterwards');
    await returnStep(worker(), second);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'ready',
      failure: null,
    });
    expect(await claimStep(worker(), stepId)).toBeUndefined();
  });
});
