import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { failures } from '@second-look/core/contract';
import { stepJob } from '@second-look/workers/step';
import type { Workshop } from '@second-look/workers/workshop';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { films } from '../media/corpus/films.ts';
import { corpusFilm, missingEncoder } from '../media/corpus/make.ts';
import { damaged } from '../media/damaged.ts';
import type { Client } from '../world/client.ts';
import { openSteps, openWorkshop, uploaded } from '../world/lesson.ts';
import { fetchRenditions, framesOf } from '../world/playing.ts';
import { processesNaming } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { isFullTier } from '../world/tier.ts';

/**
 * Good films of every container, damaged at random. `FUZZ_SEED=17` does that one case again; the full tier
 * begins with another one each time.
 */
const alone = process.env.FUZZ_SEED;
const from = isFullTier ? Date.now() % 1_000_000_000 : 1;
const cases = isFullTier ? 500 : 12;
/** No case is begun after so long: how long one takes is the machine's business. */
const boundMs = 50 * 60_000;
const leastCases = isFullTier ? 100 : 1;
/** Far beyond every limit of the pipeline's own for films of a few seconds. */
const hangsAfterMs = 25 * 60_000;

const kinds = [
  ...['ntsc.mp4', 'hevc.mov', 'browser.mp4', 'old-phone.3gp', 'pcm.mov', 'edited.mov'],
  ...['late-sound.mkv', 'browser-vp8.webm', 'browser-vp9.webm', 'browser-av1.webm'],
  ...['avchd.mts', 'late-start.ts', 'dvd-camera.mpg', 'odd.avi', 'old.wmv', 'lecture.flv'],
  ...['theora.ogv', 'studio.mxf'],
];

let server: TestServer;
let amira: Client;
let workshop: Workshop;
/** What went wrong inside a step and was answered there. */
let answered: unknown[] = [];
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  const hooks = { logMethod: ([fields]: [{ err?: unknown }]) => void answered.push(fields.err) };
  const log = pino({ level: 'warn', hooks: hooks as object });
  workshop = { ...(await openWorkshop(server)), log };
});
afterAll(() => server.stop());

it(`${alone ? `a film damaged by ${alone}` : `each of ${cases} damaged films`} ends in a lesson or a reason, and leaves nothing behind`, {
  timeout: 2 * boundMs,
}, async () => {
  const { ffmpegPath } = await mediaTools();
  const good: { name: string; bytes: Buffer }[] = [];
  for (const film of films.filter(({ name }) => kinds.includes(name))) {
    if (await missingEncoder(film, ffmpegPath)) continue;
    good.push({ name: film.name, bytes: await readFile(await corpusFilm(film, ffmpegPath)) });
  }
  const seeds = alone ? [Number(alone)] : Array.from({ length: cases }, (_, at) => from + at);
  const endings = new Map<string, number>();
  const wrong: string[] = [];
  const startedMs = performance.now();
  let ran = 0;
  for (const seed of seeds) {
    if (performance.now() - startedMs > boundMs) break;
    const film = good[seed % good.length];
    if (!film) throw new Error('This ffmpeg makes no film to be damaged.');
    const { bytes, how } = damaged(film.bytes, seed);
    const { ending, complaints } = await prepared(film.name, bytes);
    ran += 1;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    for (const complaint of complaints)
      wrong.push(`FUZZ_SEED=${seed} (${film.name}: ${how}): ${complaint}`);
  }
  const counted = [...endings].map(([ending, times]) => `${times} ${ending}`).join(', ');
  process.stderr.write(`${ran} of ${seeds.length} from ${seeds[0]}: ${counted}\n`);
  expect(wrong).toEqual([]);
  expect(ran).toBeGreaterThanOrEqual(Math.min(seeds.length, leastCases));
});

/** Does all steps of one upload, as its last tries. */
async function prepared(filename: string, bytes: Buffer) {
  const complaints: string[] = [];
  answered = [];
  const before = await outside();
  const id = await uploaded(amira, bytes, { filename });
  try {
    const signal = AbortSignal.timeout(hangsAfterMs);
    for (;;) {
      const [stepId] = await openSteps(server, id);
      if (stepId === undefined) break;
      await stepJob(workshop)({ stepId }, { isLastTry: true, signal, tellProgress: () => {} });
    }
  } catch (error) {
    complaints.push(`threw ${described(error)}`);
  }
  const { state, failure } = await amira.get(`/api/recordings/${id}`);
  const ending: string = state === 'failed' ? failure.code : state;
  if (complaints.length === 0 && ending !== 'ready' && !(ending in failures))
    complaints.push(`ended as ${ending}`);
  const strange = answered.filter((error) => !isOfFilm(error));
  complaints.push(...strange.map((error) => `met ${described(error)}`));
  if (ending === 'ready') complaints.push(...(await unplayable(id)));

  const left = await processesNaming(server.place.dataDir);
  if (left.length > 0) complaints.push(`left running: ${left}`);
  const after = await outside();
  if (after.join() !== before.join()) complaints.push(`left ${after}, where was ${before}`);
  if (!(await sourceOf(id)).equals(bytes)) complaints.push('changed what was uploaded');
  await server.store.deleteAll(`recordings/${id}/`);
  for await (const { key } of server.store.list('')) complaints.push(`left the object ${key}`);
  return { ending, complaints };
}

/** What ffmpeg and ffprobe say of a film, and what we make of it. */
function isOfFilm(error: unknown): boolean {
  return (
    error instanceof Error && ['MediaFailure', 'FfmpegError', 'ProbeError'].includes(error.name)
  );
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const tail = 'stderrTail' in error ? ` ${error.stderrTail}` : '';
  return `${error.stack}${tail}${error.cause ? `\ncaused by ${described(error.cause)}` : ''}`;
}

/** Where nothing of one film may be left: beside its folder, and where this test was started. */
async function outside(): Promise<string[]> {
  const folders = [server.place.dataDir, join(server.place.dataDir, 'work'), process.cwd()];
  const names = await Promise.all(folders.map((folder) => readdir(folder)));
  return names.flat().filter((name) => name !== 'objects');
}

async function sourceOf(recordingId: string): Promise<Buffer> {
  const { rows } = await server.place.database
    .as('admin')
    .pool.query('select object_key from source where recording_id = $1', [recordingId]);
  return buffer(await server.store.read(rows[0].object_key));
}

/** Fetches it as a player does; as many pictures can be decoded as were counted, or there is sound alone. */
async function unplayable(recordingId: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'second-look-fuzz-'));
  try {
    const [picture] = await fetchRenditions(amira, recordingId, folder);
    // Where damage has hidden the picture, the sound is a recording too.
    if (picture?.kind === 'audio')
      return (await framesOf(picture.path, 'a:0')) > 0 ? [] : ['has nothing to hear'];
    const decoded = await framesOf(picture?.path ?? '', 'v:0');
    const counted = await countedFrames(recordingId);
    return decoded === counted ? [] : [`shows ${decoded} of ${counted} pictures`];
  } catch (error) {
    return [`cannot be played: ${error}`];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of each of its pictures' renditions; they all show the same. */
async function countedFrames(recordingId: string): Promise<number> {
  const { rows } = await server.place.database.as('admin').pool.query(
    `select sum(k.frames)::int as frames from rendition r
     join cut c on c.id = r.cut_id and c.published_attempt = r.attempt
     join rendition_chunk k on k.rendition_id = r.id
     where c.recording_id = $1 and r.kind = 'video' group by r.id limit 1`,
    [recordingId],
  );
  return rows[0].frames;
}
