/** What its owner trims off is nowhere in what is made, and what they turn stands upright. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StoryboardIndex } from '@second-look/core/storyboard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { beepMs, flashMs, shown } from '../../../tests/media/corpus/measure.ts';
import { corners } from '../../../tests/media/corpus/scene.ts';
import { type Camera, splitFilm, splitParts } from '../../../tests/media/split.ts';
import { inspect } from './inspect.ts';
import { encodePictures } from './pictures.ts';
import { chunksOf, ladderFor } from './plan.ts';
import { poster } from './poster.ts';
import { asShown, type Showing } from './shown.ts';
import { encodeSound } from './sound.ts';
import { storyboard } from './storyboard.ts';
import type { MediaTools } from './tools.ts';
import { waveform } from './waveform.ts';

const execute = promisify(execFile);

let tools: MediaTools;
const films = new Map<Camera, Awaited<ReturnType<typeof splitParts>>>();
beforeAll(async () => {
  tools = await mediaTools();
  for (const camera of ['mp4', 'mts'] as const) films.set(camera, await splitParts(camera));
});
afterAll(async () => {
  for (const { folder } of films.values()) await rm(folder, { recursive: true, force: true });
});

async function made(camera: Camera, showing: Partial<Showing>) {
  const film = films.get(camera);
  if (!film) throw new Error('There is no such film.');
  const raw = await inspect(film.whole, tools);
  if (!raw.video) throw new Error('There is no picture.');
  const facts = asShown(raw, { turned: 0, startMs: 0, endMs: null, ...showing });
  const folder = await mkdtemp(join(film.folder, 'made-'));
  const [chunk] = chunksOf(facts);
  if (!chunk || !facts.audio) throw new Error('There is nothing to make.');
  const plan = { facts, rungs: ladderFor(facts).slice(0, 1), chunk };
  const { pictures } = await encodePictures(film.whole, plan, folder, tools);
  const { index } = facts.audio;
  const { rendition } = await encodeSound(film.whole, facts, index, folder, tools);
  return { film, facts, folder, picture: pictures[0], sound: rendition };
}

describe.each(['mp4', 'mts'] as const)('a film whose ends are trimmed: .%s', (camera) => {
  const trim = { startMs: 8_500, endMs: 11_000 };

  it('has the pictures and the sound in between, together, and no others', async () => {
    const { facts, picture, sound } = await made(camera, trim);
    expect(facts.durationMs).toBe(2_500);
    const seen = await shown(picture?.filePath ?? '');
    expect(Math.abs(seen.pictures - 2.5 * 25)).toBeLessThanOrEqual(1);
    const expectedMs = splitFilm.flashMs - trim.startMs;
    expect(Math.abs(flashMs(seen) - expectedMs)).toBeLessThanOrEqual(40);
    const heardMs = await beepMs(sound?.filePath ?? '');
    expect(Math.abs(heardMs - expectedMs)).toBeLessThanOrEqual(40);
    const soundUs = sound?.segments.reduce((sum, { durationUs }) => sum + durationUs, 0) ?? 0;
    expect(Math.abs(soundUs / 1000 - 2_500)).toBeLessThanOrEqual(40);
  });

  it('has cover, small pictures and loudness of the same', async () => {
    const { film, facts, folder } = await made(camera, trim);
    const cover = join(folder, 'poster.jpg');
    // The flash, as it is shown.
    await poster(film.whole, facts, splitFilm.flashMs - trim.startMs + 60, cover, tools);
    const { stdout } = await execute(
      tools.ffmpegPath,
      ['-v', 'error', '-i', cover, '-vf', 'crop=8:8,scale=1:1,format=gray', '-f', 'rawvideo', '-'],
      { encoding: 'buffer' },
    );
    expect(stdout[0]).toBeGreaterThan(180);
    const { index } = await storyboard(film.whole, facts, folder, tools);
    expect(index.sheets.reduce((sum, { tiles }) => sum + tiles, 0)).toBe(3);
    // The very end: nothing behind it is in the last tile, which shows the flash there.
    const early = asShown(facts, { turned: 0, startMs: 0, endMs: 800 });
    const board = await storyboard(film.whole, early, await mkdtemp(join(folder, 'early-')), tools);
    const tiles = await execute(
      tools.ffmpegPath,
      [...['-v', 'error', '-i', board.filePath], ...['-vf', 'format=gray', '-f', 'rawvideo', '-']],
      { encoding: 'buffer' },
    );
    expect(Math.max(...centres(tiles.stdout, board.index))).toBeLessThan(180);
    const loudness = await waveform(film.whole, facts, folder, tools);
    const peaks = await readFile(loudness?.filePath ?? '');
    expect(Math.abs(peaks.length - 25)).toBeLessThanOrEqual(1);
    const loudest = peaks.indexOf(Math.max(...peaks));
    expect(Math.abs(loudest - (splitFilm.flashMs - trim.startMs) / 100)).toBeLessThanOrEqual(1);
  });
});

it('chapters go with what is shown, the one that was begun before included', () => {
  const chapters = ['Starter', 'Fractions', 'Plenary'].map((title, index) => ({
    ...{ startMs: index * 600_000, title },
  }));
  const video = null;
  const audio = { index: 0, codec: 'aac', profile: 'LC', channels: 2, sampleRate: 48_000 };
  const common = { container: 'mov', startMs: 0, startUs: 0, sizeBytes: 1, needsRemux: false };
  const facts = { ...common, durationMs: 1_800_000, isCutOff: false, video, audio, chapters };
  const trim = { turned: 0 as const, startMs: 700_000, endMs: 1_300_000 };
  expect(asShown(facts, trim).chapters).toEqual([
    { startMs: 0, title: 'Fractions' },
    { startMs: 500_000, title: 'Plenary' },
  ]);
  expect(asShown(facts, { ...trim, endMs: 1_100_000 }).chapters).toHaveLength(1);
});

/** How bright the middle of each small picture of one sheet is. */
function centres(pixels: Buffer, { columns, tileWidth, tileHeight, sheets }: StoryboardIndex) {
  const tiles = sheets[0]?.tiles ?? 0;
  const across = Math.min(columns, tiles);
  return Array.from({ length: tiles }, (_, tile) => {
    const x = (tile % across) * tileWidth + tileWidth / 2;
    const y = Math.floor(tile / across) * tileHeight + tileHeight / 2;
    return pixels[y * across * tileWidth + x] ?? Number.NaN;
  });
}

describe('a film that its owner turns', () => {
  it.each([90, 180, 270] as const)('stands upright after %i degrees', async (turned) => {
    const { facts, picture } = await made('mp4', { turned });
    const [width, height] = turned === 180 ? [320, 180] : [180, 320];
    expect(facts.video).toMatchObject({ displayedWidth: width, displayedHeight: height });
    expect(picture).toMatchObject({ width, height });
    const { colourAt } = await shown(picture?.filePath ?? '');
    // Clockwise from the upper left: each quarter turn brings the last one to the front.
    const places = [
      [0.05, 0.05],
      [0.95, 0.05],
      [0.95, 0.95],
      [0.05, 0.95],
    ] as const;
    for (const [index, [x, y]] of places.entries()) {
      const expected = corners[(index + 4 - turned / 90) % 4] ?? [0, 0, 0];
      const seen = colourAt(0, x, y);
      const apart = Math.max(
        ...seen.map((value, channel) => Math.abs(value - (expected[channel] ?? 0))),
      );
      expect(apart).toBeLessThan(60);
    }
  });
});
