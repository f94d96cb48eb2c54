import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { type Film, films } from '../media/corpus/films.ts';
import { corpusFilm, corpusSound, missingEncoder } from '../media/corpus/make.ts';
import { beepMs, combing, flashMs, type Shown, shown } from '../media/corpus/measure.ts';
import { type Colour, corners, ground } from '../media/corpus/scene.ts';
import { sounds } from '../media/corpus/sounds.ts';
import { amrSound } from '../media/crafted.ts';
import type { Client } from '../world/client.ts';
import { settled, uploaded } from '../world/lesson.ts';
import { fetchRenditions, probe } from '../world/playing.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { isFullTier } from '../world/tier.ts';

const { ffmpegPath } = await mediaTools();
const wanted = films.filter((film) => isFullTier || !film.isFull);
const lacking = new Map<Film, string>();
for (const film of wanted) {
  const encoder = await missingEncoder(film, ffmpegPath);
  if (encoder) lacking.set(film, encoder);
}
const made = wanted.filter((film) => !lacking.has(film));

let server: TestServer;
let amira: Client;
const ids = new Map<Film, string>();
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  startWorkers(server.place);
  for (const film of made) {
    const bytes = await readFile(await corpusFilm(film, ffmpegPath));
    ids.set(film, await uploaded(amira, bytes, { filename: film.name }));
  }
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
});

describe('an ordinary film', () => {
  it.each(made.map((film) => [film.name, film] as const))('%s', async (_, film) => {
    const recording = await settled(amira, ids.get(film) ?? '');
    expect(recording).toMatchObject({ state: 'ready', playable: true, failure: null });
    const { expected } = film;
    expect.soft(recording.isIncomplete).toBe(expected.isIncomplete ?? false);
    const source = await shown(await corpusFilm(film, ffmpegPath));
    // What is left of sound and picture need not end at the same moment.
    const [durationMs, tolerance] = expected.isIncomplete
      ? [source.pictures * pictureMs(film), 300]
      : [expected.durationMs, pictureMs(film) + 1];
    expect.soft(Math.abs(recording.durationMs - durationMs)).toBeLessThanOrEqual(tolerance);

    const renditions = await fetchRenditions(amira, recording.id, server.place.dataDir);
    const sound = renditions.find(({ kind }) => kind === 'audio');
    const pictures = renditions.filter(({ kind }) => kind === 'video');
    expect.soft(Boolean(sound)).toBe(film.sound !== null);
    expect.soft(pictures.length).toBeGreaterThan(0);
    const heardMs = sound && (await beepMs(sound.path));
    let largest = 0;
    for (const { path } of pictures) {
      const seen = await shown(path);
      expectEveryPicture(film, source, seen);
      if (heardMs !== undefined)
        expect.soft(Math.abs(flashMs(seen) - heardMs), 'apart').toBeLessThanOrEqual(40);
      expectColours(film, seen, 'film');
      if (isInterlaced(film)) await expectNoComb(film, path);
      largest = Math.max(largest, await expectShape(film, path));
    }
    expect.soft(largest).toBe(expected.width);
    await expectPoster(film, recording.posterUrl);
  });

  for (const [film, encoder] of lacking) it.skip(`${film.name}: this ffmpeg has no ${encoder}`);
});

describe('sound alone', () => {
  const withoutPicture = { hasPicture: false, posterUrl: null, storyboardUrl: null };
  const played = async (bytes: Buffer, filename: string) => {
    const recording = await settled(amira, await uploaded(amira, bytes, { filename }));
    expect(recording).toMatchObject({ state: 'ready', isIncomplete: false, ...withoutPicture });
    const renditions = await fetchRenditions(amira, recording.id, server.place.dataDir);
    expect(renditions.map(({ kind }) => kind)).toEqual(['audio']);
    const [{ path = '' } = {}] = renditions;
    const { format } = await probe(['-show_format', path]);
    expect.soft(Math.abs(Number(format.duration) * 1000 - recording.durationMs)).toBeLessThan(2);
    const peaks = await fetch(`${server.address}${recording.waveform.url}`, {
      headers: { cookie: amira.cookie },
    });
    const loudness = [...new Uint8Array(await peaks.arrayBuffer())];
    return { path, durationMs: recording.durationMs, loudness };
  };

  it.each(sounds.map((sound) => [sound.name, sound] as const))(
    'is a recording without a picture: %s',
    async (name, sound) => {
      const bytes = await readFile(await corpusSound(sound, ffmpegPath));
      const { path, durationMs, loudness } = await played(bytes, name);
      const { lateMs = 50 } = sound;
      expect.soft(Math.abs(durationMs - 2400)).toBeLessThanOrEqual(lateMs);
      expect.soft(Math.abs((await beepMs(path)) - 1000)).toBeLessThanOrEqual(lateMs);
      const loudest = loudness.indexOf(Math.max(...loudness));
      expect.soft(Math.abs(loudness.length - 24)).toBeLessThanOrEqual(1 + lateMs / 100);
      expect
        .soft(Math.abs(loudest - 10.5), `at ${loudest}`)
        .toBeLessThanOrEqual(0.5 + lateMs / 100);
    },
  );

  it('is a recording without a picture: speech.amr', async () => {
    const { durationMs, loudness } = await played(amrSound(3), 'speech.amr');
    expect(durationMs).toBe(3000);
    expect(loudness.length).toBe(30);
  });
});

function expectEveryPicture({ expected }: Film, source: Shown, { timesMs, pictures }: Shown) {
  const count = expected.pictures ?? source.pictures;
  expect(count).toBeGreaterThan(10);
  // What two decoders make of the last bytes before a cut is theirs.
  const tolerance = expected.isIncomplete ? 2 : 0;
  expect.soft(pictures).toBe(timesMs.length);
  expect.soft(Math.abs(timesMs.length - count), 'pictures').toBeLessThanOrEqual(tolerance);
  // AVI has no times of its own for pictures that were reordered.
  if (source.timesMs.some(Number.isNaN)) return;
  // The first picture of all is shown from the start, even where it comes a little after its sound.
  const since = ([, second = 0, ...others]: number[]) => others.map((time) => time - second);
  const moved = since(timesMs).map((time, at) => time - (since(source.timesMs)[at] ?? time));
  expect.soft(Math.max(...moved.map(Math.abs)), 'moved').toBeLessThanOrEqual(2.5);
}

/** Between two fields that were filmed one after the other, what moves has edges like a comb. */
async function expectNoComb(film: Film, path: string) {
  const before = await combing(await corpusFilm(film, ffmpegPath));
  expect(before).toBeGreaterThan(2);
  expect.soft(await combing(path), 'combing').toBeLessThan(before / 4);
}

/** @returns the width */
async function expectShape({ expected }: Film, path: string): Promise<number> {
  const { streams } = await probe(['-show_streams', path]);
  const [{ width, height, sample_aspect_ratio: pixels = '1:1', side_data_list: data = [] }] =
    streams;
  expect.soft(Math.abs(width / height - expected.width / expected.height)).toBeLessThan(0.02);
  expect.soft(['1:1', 'N/A']).toContain(pixels);
  expect.soft(data.filter((part: { rotation?: number }) => part.rotation)).toEqual([]);
  expect.soft(streams[0]).toMatchObject({ color_range: 'tv', pix_fmt: 'yuv420p' });
  for (const part of ['color_space', 'color_primaries', 'color_transfer'])
    expect.soft(streams[0][part], part).toMatch(/^(bt709|smpte170m|bt470bg)$/);
  return width;
}

function expectColours(film: Film, { timesMs, colourAt }: Shown, what: string) {
  const turn = film.turn ?? 0;
  const still = timesMs.findIndex((time) => time >= 400);
  const places = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const;
  corners.forEach((colour, corner) => {
    const [x, y] = places[(corner + turn / 90) % 4] ?? [0, 0];
    expectAlike(what, colourAt(still, x, y), colour);
  });
  expectAlike(what, colourAt(still, 0.5, 0.05), ground);
}

function expectAlike(what: string, seen: Colour, colour: Colour) {
  const furthest = Math.max(...seen.map((value, at) => Math.abs(value - (colour[at] ?? 0))));
  expect.soft(furthest, `${what}: ${seen} for ${colour}`).toBeLessThanOrEqual(14);
}

async function expectPoster(film: Film, posterUrl: string) {
  const answer = await fetch(`${server.address}${posterUrl}`, {
    headers: { cookie: amira.cookie },
  });
  const path = join(server.place.dataDir, `${film.name}.jpg`);
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  const { colourAt } = await shown(path);
  expectColours(film, { timesMs: [400], colourAt, pictures: 1 }, 'poster');
}

function isInterlaced({ filters = '' }: Film): boolean {
  return filters.includes('tinterlace');
}

function pictureMs(film: Film): number {
  const [over = 1, under = 1] = film.rate.split('/').map(Number);
  return ((under / over) * 1000) / (isInterlaced(film) ? 0.5 : 1);
}
