import { publishFirst } from '@second-look/workers/prepare-queries';
import {
  type ClaimedStep,
  claimStep,
  endStep,
  failStep,
  returnStep,
  saveProgress,
} from '@second-look/workers/step-queries';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect } from '../../workers/src/media/inspect.ts';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import type { Client } from '../world/client.ts';
import { uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let facts: NonNullable<ClaimedStep['facts']>;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  const tools = await mediaTools();
  facts = await inspect(await fixture('landscape.mp4', tools.ffmpegPath), tools);
});
afterAll(() => server.stop());

const worker = () => server.place.database.as('worker').plain;
const ask = async (question: string, id: string) =>
  (await server.place.database.as('admin').pool.query(question, [id])).rows;
const publishedOf = (id: string) =>
  ask('select published_attempt as version from cut where recording_id = $1', id);

/** Two attempts at the same step, the second begun while the first was still at it. */
async function twoAttempts() {
  const id = await uploaded(amira, Buffer.from('bytes'));
  const [row] = await ask('select id from processing_step where recording_id = $1', id);
  const first = await claimStep(worker(), row.id);
  const second = await claimStep(worker(), row.id);
  if (!first || !second) throw new Error('Nothing was claimed.');
  expect([first.attempt, second.attempt]).toEqual([1, 2]);
  return { id, stepId: row.id as string, first, second };
}

const codec = { codec: 'avc1.640015', averageBandwidth: 1, peakBandwidth: 1 };
const bytes = {
  init: { offset: 0, length: 1 },
  segments: [{ durationUs: 1, offset: 1, length: 1 }],
};

/** Publishes under these version numbers, as an attempt that has made something to watch. */
function publish(step: ClaimedStep, version: number) {
  const made = { kind: 'video' as const, ...codec, ...bytes, width: 2, height: 2, frameRate: 1 };
  return publishFirst(
    worker(),
    { ...step, facts },
    {
      versions: {
        first: version,
        ladder: version + 1,
        isWatchable: false,
        isLasting: false,
        isOutdated: false,
      },
      first: { chunks: [{ made, objectKey: `${version}` }], plannedMs: null },
      still: { objectKey: 'poster', sizeBytes: 1 },
    },
  );
}

describe('an attempt that was overtaken', () => {
  it('publishes nothing and plans nothing, whether it is done earlier or later', async () => {
    const { id, stepId, first, second } = await twoAttempts();
    expect(await publish(first, 1)).toBeUndefined();
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ playable: false });
    const steps = await publish(second, 3);
    // What lies beside it, its sound and its one chunk.
    expect(steps).toHaveLength(3);
    expect(await publish(first, 1)).toBeUndefined();
    expect(await publishedOf(id)).toEqual([{ version: 3 }]);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ playable: true });
    expect(await endStep(worker(), first)).toBe(false);
    expect(await endStep(worker(), second)).toBe(true);
    expect(await claimStep(worker(), stepId), 'what is done is not taken again').toBeUndefined();
  });

  it('no longer says how far it is', async () => {
    const { id, second } = await twoAttempts();
    const chunk = (await publish(second, 1))?.at(-1);
    const early = await claimStep(worker(), chunk?.id ?? '');
    const late = await claimStep(worker(), chunk?.id ?? '');
    if (!early || !late) throw new Error('Nothing was claimed.');
    await saveProgress(worker(), late, 0.2);
    await saveProgress(worker(), early, 0.9);
    expect((await amira.get(`/api/recordings/${id}`)).progress).toBeCloseTo(0.2);
    await saveProgress(worker(), late, 0.1);
    expect((await amira.get(`/api/recordings/${id}`)).progress, 'nor back').toBeCloseTo(0.2);
  });

  it('neither fails the recording nor gives the work back', async () => {
    const { id, first, second } = await twoAttempts();
    await failStep(worker(), first, 'encode_failed', 'overtaken');
    await returnStep(worker(), first);
    expect((await amira.get(`/api/recordings/${id}`)).state).toBe('processing');
    expect(await endStep(worker(), second)).toBe(true);
  });
});

describe('an attempt that has ended', () => {
  it('can no longer be failed or given back', async () => {
    const { id, stepId, second } = await twoAttempts();
    await publish(second, 1);
    await endStep(worker(), second);
    await failStep(worker(), second, 'encode_failed', 'afterwards');
    await returnStep(worker(), second);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ failure: null });
    expect(await claimStep(worker(), stepId)).toBeUndefined();
  });
});
