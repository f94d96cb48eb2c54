/** What is made beside a film, read back: each picture says its moment, and the sound is where it was. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readStoryboard, writeStoryboard } from '@second-look/core/storyboard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { type FixtureName, fixture } from '../../../tests/media/fixtures.ts';
import { inspectFilm } from '../../../tests/media/whole-film.ts';
import { inspect } from './inspect.ts';
import { type Storyboard, sampling, storyboard } from './storyboard.ts';
import type { MediaTools } from './tools.ts';
import { loudness, waveform } from './waveform.ts';

const execute = promisify(execFile);
let tools: MediaTools;
let folder: string;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-beside-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const emptyFolder = () => mkdtemp(join(folder, 'made-'));
const [width, height, strip, mark] = [640, 360, 60, 20];

interface Film {
  seconds: number;
  rate: number;
  /** Pictures from one keyframe to the next. */
  keyEvery: number;
  options?: string[];
  extension?: string;
}

/** A white mark wanders along the top, once from left to right; it beeps from 20 to 22 and 40 to 41 s. */
async function film({ seconds, rate, keyEvery, options = [], extension = 'mp4' }: Film) {
  const path = join(await emptyFolder(), `film.${extension}`);
  const length = `duration=${seconds}:rate=${rate}`;
  const beeps = '(between(t,20,22)+between(t,40,41))*0.5*sin(2*PI*440*t)';
  await execute(tools.ffmpegPath, [
    ...['-v', 'error', '-f', 'lavfi', '-i', `color=gray:size=${width}x${height}:${length}`],
    ...['-f', 'lavfi', '-i', `color=black:size=${width}x${strip}:${length}`],
    ...['-f', 'lavfi', '-i', `color=white:size=${mark}x${strip}:${length}`],
    ...['-f', 'lavfi', '-i', `aevalsrc='${beeps}':s=48000:d=${seconds}`],
    '-filter_complex',
    `[1][2]overlay=x='t*${(width - mark) / seconds}'[strip];[0][strip]overlay=x=0:y=0[picture]`,
    ...['-map', '[picture]', '-map', '3', '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-g', String(keyEvery), '-sc_threshold', '0', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', '-b:a', '64k', ...options, path],
  ]);
  return path;
}

async function storyboardOf(path: string) {
  return storyboard(path, await inspectFilm(path, tools), await emptyFolder(), tools);
}

/** What each picture says, in seconds from the start, by its mark's place between left (0) and right (1). */
async function momentsOf({ filePath, index }: Storyboard, seconds: number): Promise<number[]> {
  const file = await open(filePath);
  const moments: number[] = [];
  const sheets = await Promise.all(
    index.sheets.map(async ({ offset, length }, sheet) => {
      const path = join(await emptyFolder(), `${sheet}.jpg`);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      const handle = await open(path, 'w');
      await handle.write(buffer);
      await handle.close();
      return grey(path);
    }),
  );
  await file.close();
  for (const tile of readStoryboard(writeStoryboard(index, String))) {
    const sheet = sheets[Number(tile.sheet)];
    if (!sheet) throw new Error(`There is no sheet ${tile.sheet}.`);
    const row = (tile.y + Math.floor(tile.height / 12)) * sheet.width + tile.x;
    let [sum, weight] = [0, 0];
    for (let x = 0; x < tile.width; x += 1) {
      const light = sheet.pixels[row + x] ?? 0;
      // The black around the mark is not quite black.
      if (light < 64) continue;
      sum += (x + 0.5) * light;
      weight += light;
    }
    const middle = sum / weight;
    const scale = width / tile.width;
    moments.push(((middle * scale - mark / 2) / (width - mark)) * seconds);
  }
  return moments;
}

async function grey(path: string) {
  const shown = ['-show_entries', 'stream=width', '-of', 'csv=p=0'];
  const { stdout: width } = await execute(tools.ffprobePath, ['-v', 'error', ...shown, path]);
  const { stdout } = await execute(
    tools.ffmpegPath,
    ['-v', 'error', '-i', path, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'],
    { encoding: 'buffer', maxBuffer: 2 ** 26 },
  );
  return { width: Number(width), pixels: stdout };
}

describe('sampling', () => {
  const minute = 60_000;
  it.each([
    ['a short film has one a second', 40_000, 1000, { intervalMs: 1000, tiles: 40, all: false }],
    ['a lesson of half an hour', 30 * minute, 2000, { intervalMs: 5000, tiles: 360, all: false }],
    ['an hour', 60 * minute, 2000, { intervalMs: 10_000, tiles: 360, all: false }],
    ['the longest', 720 * minute, 2000, { intervalMs: 120_000, tiles: 360, all: false }],
    ['longer than that', 800 * minute, 2000, { intervalMs: 120_000, tiles: 400, all: false }],
    ['rare keyframes', 20 * minute, 8300, { intervalMs: 10_000, tiles: 120, all: false }],
    ['so rare that few are left', 5 * minute, 8300, { intervalMs: 5000, tiles: 60, all: true }],
    ['rare ones in a short film', 60_000, 8300, { intervalMs: 1000, tiles: 60, all: true }],
    ['none but the first', 45 * minute, 60_000, { intervalMs: 60_000, tiles: 45, all: false }],
    ['none', 45 * minute, Infinity, { intervalMs: 10_000, tiles: 270, all: true }],
    ['next to nothing', 40, 0, { intervalMs: 1000, tiles: 1, all: true }],
  ])('%s', (_, durationMs, gapMs, { intervalMs, tiles, all }) => {
    const keyframeGapMs = all ? null : gapMs;
    expect(sampling(durationMs, gapMs)).toEqual({ intervalMs, tiles, keyframeGapMs });
  });
});

describe('a storyboard', () => {
  const dense = { seconds: 90, rate: 25, keyEvery: 50 };

  it('shows the middle of each stretch from keyframes alone, where they are near enough', async () => {
    const made = await storyboardOf(await film(dense));
    expect(made.index).toMatchObject({ intervalMs: 2000, columns: 10, sheets: [{ tiles: 45 }] });
    expect(made.index).toMatchObject({ tileWidth: 160, tileHeight: 90 });
    for (const [place, moment] of (await momentsOf(made, 90)).entries()) {
      expect(Math.abs(moment - (place * 2 + 1)), `picture ${place}: ${moment}`).toBeLessThan(1.5);
      // There is a keyframe at every even second.
      const apart = Math.abs(moment - 2 * Math.round(moment / 2));
      expect(apart, `picture ${place}: ${moment}`).toBeLessThan(0.5);
    }
  });

  it('decodes all where there is one keyframe', async () => {
    const made = await storyboardOf(await film({ ...dense, seconds: 30, keyEvery: 9999 }));
    expect(made.index).toMatchObject({ intervalMs: 1000, sheets: [{ tiles: 30 }] });
    for (const [place, moment] of (await momentsOf(made, 30)).entries())
      expect(Math.abs(moment - (place + 0.5)), `picture ${place}: ${moment}`).toBeLessThan(0.4);
  });

  it('counts from the start of a clock that begins at 31 s', async () => {
    const options = ['-output_ts_offset', '31', '-muxdelay', '0'];
    const made = await storyboardOf(await film({ ...dense, options, extension: 'ts' }));
    // In there the sound goes on for a moment after the last picture.
    for (const [place, moment] of (await momentsOf(made, 90)).entries())
      expect(Math.abs(moment - Math.min(place * 2 + 1, 89)), `${place}: ${moment}`).toBeLessThan(
        1.4,
      );
  });

  it('of a longer film has several sheets in one file, one behind the other', async () => {
    const made = await storyboardOf(await film({ seconds: 530, rate: 5, keyEvery: 10 }));
    const { sheets } = made.index;
    expect(sheets).toMatchObject([{ offset: 0, tiles: 100 }, { tiles: 6 }]);
    expect(sheets[1]?.offset).toBe(sheets[0]?.length);
    const bytes = (await readFile(made.filePath)).length;
    expect((sheets[1]?.offset ?? 0) + (sheets[1]?.length ?? 0)).toBe(bytes);
    const moments = await momentsOf(made, 530);
    expect(moments).toHaveLength(106);
    for (const [place, moment] of moments.entries())
      expect(Math.abs(moment - (place * 5 + 2.5)), `picture ${place}: ${moment}`).toBeLessThan(4);
  });

  it.each<[FixtureName, number, number]>([
    ['portrait.mov', 90, 160],
    ['wide-pixels.mp4', 160, 90],
    ['camcorder.mts', 160, 120],
    ['hevc-hdr.mp4', 160, 90],
    ['old.avi', 160, 120],
    ['late-picture.mkv', 160, 90],
    ['cut-off.mp4', 160, 90],
  ])('has upright tiles with square pixels: %s, %i×%i', async (name, tileWidth, tileHeight) => {
    const made = await storyboardOf(await fixture(name, tools.ffmpegPath));
    expect(made.index).toMatchObject({ tileWidth, tileHeight });
    const tiles = made.index.sheets.reduce((sum, sheet) => sum + sheet.tiles, 0);
    expect(tiles).toBe(made.index.columns);
    const { width, pixels } = await grey(made.filePath);
    expect([width, pixels.length / width]).toEqual([tiles * tileWidth, tileHeight]);
    // No part of it is blank.
    for (let tile = 0; tile < tiles; tile += 1) {
      const row = pixels.subarray(tile * tileWidth, (tile + 1) * tileWidth);
      expect(Math.max(...row) - Math.min(...row), `tile ${tile}`).toBeGreaterThan(60);
    }
  });
});

describe('a waveform', () => {
  async function peaksOf(path: string) {
    const made = await waveform(path, await inspect(path, tools), await emptyFolder(), tools);
    if (!made) return null;
    expect(made.peaksPerSecond).toBe(10);
    return [...(await readFile(made.filePath))];
  }

  it.each([
    ['mp4', []],
    ['ts', ['-output_ts_offset', '31', '-muxdelay', '0']],
  ])('is loud where it beeps, and nowhere else: %s', async (extension, options) => {
    const peaks = await peaksOf(
      await film({ seconds: 60, rate: 5, keyEvery: 10, options, extension }),
    );
    expect(Math.abs((peaks?.length ?? 0) - 600)).toBeLessThanOrEqual(2);
    const isLoud = (seconds: number) =>
      (seconds >= 20 && seconds < 22) || Math.floor(seconds) === 40;
    for (const [place, peak] of peaks?.entries() ?? []) {
      const seconds = place / 10;
      const isAtEdge = [20, 22, 40, 41].some((edge) => Math.abs(seconds - edge) <= 0.1);
      // A sine of half the full height: 0.354 to the power of 0.6.
      if (isLoud(seconds) && !isAtEdge)
        expect(Math.abs(peak - 137), `at ${seconds} s: ${peak}`).toBeLessThan(12);
      else if (!isAtEdge) expect(peak, `at ${seconds} s`).toBeLessThan(8);
    }
  });

  it.each<FixtureName>(['late-sound.mp4', 'late-sound.ts'])(
    'is silent until late sound begins: %s',
    async (name) => {
      const peaks = (await peaksOf(await fixture(name, tools.ffmpegPath))) ?? [];
      const onset = peaks.findIndex((peak) => peak > 40);
      expect(Math.abs(onset - 20), `begins at ${onset / 10} s`).toBeLessThanOrEqual(1);
    },
  );

  it('is none where there is no sound', async () => {
    expect(await peaksOf(await fixture('silent.mp4', tools.ffmpegPath))).toBeNull();
  });
});

describe('loudness', () => {
  async function of(samples: number[], pieces: (bytes: Buffer) => Buffer[]) {
    const bytes = Buffer.from(Int16Array.from(samples).buffer);
    async function* given() {
      yield* pieces(bytes);
    }
    const found: number[] = [];
    for await (const made of loudness(given(), 4)) found.push(...made);
    return found;
  }
  const whole = (bytes: Buffer) => [bytes];
  const single = (bytes: Buffer) => [...bytes].map((byte) => Buffer.from([byte]));

  it('goes from silence to as loud as can be, twice as loud at ten decibels more', async () => {
    const tenDecibels = 10 ** 0.5;
    const level = (value: number) => Array(4).fill(Math.round(value));
    const steps = [0, 32_767, 32_767 / tenDecibels, 32_767 / tenDecibels ** 2].flatMap(level);
    expect(await of(steps, whole)).toEqual([0, 255, 128, 64]);
    expect(await of(level(-32_768), whole)).toEqual([255]);
  });

  it('is the same whatever pieces the samples come in, the rest at the end included', async () => {
    const samples = [9000, -9000, 12_000, 100, 0, 0, 3, -4, 20_000, -1];
    const found = await of(samples, whole);
    expect(found).toHaveLength(3);
    expect(await of(samples, single)).toEqual(found);
    expect(await of([], whole)).toEqual([]);
  });
});
