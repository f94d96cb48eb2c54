import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openLog } from '@second-look/infra/log';
import { stepJob } from '@second-look/workers/step';
import type { Workshop } from '@second-look/workers/workshop';
import { mediaTools } from '../media/binaries.ts';
import { type FixtureName, fixture } from '../media/fixtures.ts';
import type { Client } from './client.ts';
import type { TestServer } from './server.ts';

const tus = { 'tus-resumable': '1.0.0' };

export async function filmBytes(name: FixtureName): Promise<Buffer> {
  return readFile(await fixture(name, (await mediaTools()).ffmpegPath));
}

/** Makes a draft. @returns its id */
export async function draft(client: Client, title = 'Fractions'): Promise<string> {
  return (await client.post('/api/recordings', { title })).id;
}

/** Begins an upload for a draft. @returns its address */
export async function beginUpload(
  client: Client,
  recordingId: string,
  sizeBytes: number,
  filename = 'lesson.mp4',
  part = 0,
): Promise<string> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const answer = await client.ask('POST', '/api/uploads', undefined, {
    ...tus,
    'upload-length': String(sizeBytes),
    'upload-metadata': `recordingId ${base64(recordingId)},part ${base64(String(part))},filename ${base64(filename)},filetype ${base64('video/mp4')}`,
  });
  if (answer.status !== 201) throw new Error(`Upload: ${answer.status} ${answer.text}`);
  return answer.headers.get('location') ?? '';
}

/** Appends bytes to an upload. */
export function append(client: Client, upload: string, offset: number, bytes: Uint8Array) {
  return fetch(new URL(upload, client.address), {
    method: 'PATCH',
    headers: {
      ...tus,
      cookie: client.cookie,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    },
    body: Buffer.from(bytes),
  });
}

/** A new recording with these bytes as its whole video. @returns its id */
export async function uploaded(
  client: Client,
  bytes: Uint8Array,
  { title, filename }: { title?: string; filename?: string } = {},
): Promise<string> {
  const id = await draft(client, title);
  const upload = await beginUpload(client, id, bytes.length, filename);
  if (bytes.length > 0) {
    const answer = await append(client, upload, 0, bytes);
    if (answer.status !== 204) throw new Error(`PATCH: ${answer.status} ${await answer.text()}`);
  }
  return id;
}

/** What a worker of this place works with. */
export async function openWorkshop({ place, store }: TestServer): Promise<Workshop> {
  const workDir = join(place.dataDir, 'work');
  await mkdir(workDir, { recursive: true });
  return {
    database: place.database.as('worker'),
    store,
    tools: await mediaTools(),
    workDir,
    log: openLog('workers', 'silent'),
  };
}

/** Does one step in this process, without a queue, as its last try. */
export async function doStep(workshop: Workshop, stepId: string): Promise<void> {
  const { signal } = new AbortController();
  await stepJob(workshop)({ stepId }, { isLastTry: true, signal, tellProgress: () => {} });
}

/** The ids of a recording's steps that are not settled, in the order in which they are to be done. */
export async function openSteps(server: TestServer, recordingId: string): Promise<string[]> {
  const { rows } = await server.place.database.as('admin').pool.query<{ id: string }>(
    `select id from processing_step where recording_id = $1 and state in ('pending', 'running')
     order by kind <> 'prepare', turn, part`,
    [recordingId],
  );
  return rows.map(({ id }) => id);
}

/** Prepares a recording in this process, without a queue: the first step, and all that follow from it. */
export async function prepareNow(server: TestServer, recordingId: string): Promise<void> {
  const workshop = await openWorkshop(server);
  for (;;) {
    const [stepId] = await openSteps(server, recordingId);
    if (stepId === undefined) return;
    await doStep(workshop, stepId);
  }
}

/** Uploads and does the first step alone: what follows waits. @returns the recording's id */
export async function begunLesson(
  server: TestServer,
  client: Client,
  bytes: Buffer,
): Promise<string> {
  const id = await uploaded(client, bytes);
  const [first = ''] = await openSteps(server, id);
  await doStep(await openWorkshop(server), first);
  return id;
}

/** The steps of pieces that somebody waits for. */
export async function askedFor(server: TestServer, recordingId: string): Promise<string[]> {
  const { rows } = await server.place.database.as('admin').pool.query<{ id: string }>(
    `select id from processing_step
       where recording_id = $1 and kind = 'piece' and state = 'pending'`,
    [recordingId],
  );
  return rows.map(({ id }) => id);
}

/** Makes whatever piece is waited for, until what asks for them is done. */
export async function makingPieces<T>(
  server: TestServer,
  recordingId: string,
  asking: Promise<T>,
): Promise<T> {
  const workshop = await openWorkshop(server);
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  asking.then(end, end);
  while (!isDone) {
    for (const id of await askedFor(server, recordingId)) await doStep(workshop, id);
    await pause(20);
  }
  return asking;
}

/** A recording that can be watched. @returns its id */
export async function lesson(server: TestServer, client: Client, title?: string): Promise<string> {
  const id = await uploaded(client, await filmBytes('silent.mp4'), { title });
  await prepareNow(server, id);
  return id;
}

/** A recording when nothing more is done about it, well or not. */
export function settled(client: Client, id: string) {
  return until(async () => {
    const recording = await client.get(`/api/recordings/${id}`);
    return (recording.state === 'ready' || recording.state === 'failed') && recording;
  });
}

/** Asks every now and then until the answer is there; how long that may take is the test runner's business. */
export async function until<T>(
  ask: () => Promise<T | undefined | null | false>,
  everyMs = 100,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
