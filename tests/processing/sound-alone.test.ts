import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimStep, returnStep, saveProgress } from '../../workers/src/jobs/step-queries.ts';
import { mediaTools } from '../media/binaries.ts';
import { corpusSound } from '../media/corpus/make.ts';
import { sounds } from '../media/corpus/sounds.ts';
import type { Client } from '../world/client.ts';
import { doStep, openSteps, openWorkshop, prepareNow, uploaded } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';

let server: TestServer;
let amira: Client;
let talk: Buffer;
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  talk = await soundOf('messenger.ogg');
});
afterAll(() => server.stop());

async function soundOf(wanted: string): Promise<Buffer> {
  const sound = sounds.find(({ name }) => name === wanted);
  if (!sound) throw new Error(`There is no ${wanted}.`);
  return readFile(await corpusSound(sound, (await mediaTools()).ffmpegPath));
}

interface Step {
  id: string;
  kind: string;
  turn: number;
  state: string;
}

async function stepsOf(recordingId: string): Promise<Step[]> {
  const { rows } = await server.place.database
    .as('admin')
    .pool.query<Step>(
      'select id, kind, turn, state from processing_step where recording_id = $1 order by kind',
      [recordingId],
    );
  return rows;
}
const stepOf = async (recordingId: string, kind: string) =>
  (await stepsOf(recordingId)).find((step) => step.kind === kind);

/** Uploads and does the first step alone: what follows waits. */
async function begun(client: Client, bytes = talk): Promise<string> {
  const id = await uploaded(client, bytes);
  const [first = ''] = await openSteps(server, id);
  await doStep(await openWorkshop(server), first);
  return id;
}

const doAgain = async (stepId = '') => {
  await server.place.database
    .as('admin')
    .pool.query(`update processing_step set state = 'pending' where id = $1`, [stepId]);
  await doStep(await openWorkshop(server), stepId);
};

describe('preparing sound alone', () => {
  it('is one step for the sound and one for how loud it is', async () => {
    const id = await begun(amira);
    expect((await stepsOf(id)).map(({ kind }) => kind)).toEqual(['beside', 'prepare', 'sound']);
  });

  it('is as far as its sound is', async () => {
    const id = await begun(amira);
    const db = server.place.database.as('worker').plain;
    const sound = await claimStep(db, (await stepOf(id, 'sound'))?.id ?? '');
    if (!sound) throw new Error('There is no step for the sound.');
    await saveProgress(db, sound, 0.5);
    expect((await amira.get(`/api/recordings/${id}`)).progress).toBe(0.5);
    await returnStep(db, sound);
    await prepareNow(server, id);
    const done = await amira.get(`/api/recordings/${id}`);
    expect(done).toMatchObject({ state: 'ready', progress: null });
  });

  it('takes a turn behind those of the same owner, and beside those of others', async () => {
    const ben = await server.as('ben');
    const turnOf = async (id: string) => (await stepOf(id, 'sound'))?.turn ?? Number.NaN;
    const first = await turnOf(await begun(amira));
    expect(await turnOf(await begun(amira))).toBe(first + 1);
    expect(await turnOf(await begun(ben))).toBeLessThanOrEqual(first);
  });

  it('is not planned anew where the first step is tried again', async () => {
    const id = await begun(amira);
    const before = await stepsOf(id);
    await doAgain((await stepOf(id, 'prepare'))?.id);
    expect(await stepsOf(id)).toEqual(before);
  });

  it('is ready also where the first step ends last', async () => {
    const id = await begun(amira);
    await prepareNow(server, id);
    await server.place.database
      .as('admin')
      .pool.query(`update recording set state = 'processing' where id = $1`, [id]);
    await doAgain((await stepOf(id, 'prepare'))?.id);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({ state: 'ready' });
  });

  it('fails where nothing of it can be heard, and says so', async () => {
    // A whole header, and then nothing that could be told from anything else.
    const bytes = await soundOf('studio.flac');
    bytes.fill(0, bytes.indexOf(Buffer.from([0xff, 0xf8])));
    const id = await uploaded(amira, bytes);
    await prepareNow(server, id);
    expect(await amira.get(`/api/recordings/${id}`)).toMatchObject({
      state: 'failed',
      failure: { code: 'damaged' },
    });
    expect(await stepOf(id, 'sound')).toMatchObject({ state: 'failed' });
  });
});
