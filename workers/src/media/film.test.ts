import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { durationUsOf, stretches } from '@second-look/core/playlist';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { type FixtureName, fixture } from '../../../tests/media/fixtures.ts';
import {
  inspectFilm,
  planWhole,
  transcode,
  type WholeFilm,
} from '../../../tests/media/whole-film.ts';
import { inspect } from './inspect.ts';
import { encodePictures } from './pictures.ts';
import { ladderFor } from './plan.ts';
import { poster } from './poster.ts';
import { readTimeline } from './probe.ts';
import { remux } from './remux.ts';
import type { MediaTools } from './tools.ts';

const execute = promisify(execFile);
let tools: MediaTools;
let folder: string;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-transcode-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function source(name: FixtureName) {
  const path = await fixture(name, tools.ffmpegPath);
  return { path, facts: await inspectFilm(path, tools) };
}

async function made(name: FixtureName) {
  const { path, facts } = await source(name);
  const target = await mkdtemp(join(folder, 'out-'));
  return { path, facts, result: await transcode(path, planWhole(facts), target, tools) };
}

const whole = { startUs: 0, range: { startMs: 0, endMs: null } };
const timelineOf = (path: string, by: 'packet' | 'frame' = 'packet') =>
  readTimeline(path, 0, by, tools, whole);

function pictureOf(result: WholeFilm) {
  const picture = result.renditions.find((rendition) => rendition.kind === 'video');
  if (picture?.kind !== 'video') throw new Error('no picture');
  return picture;
}
function soundOf(result: WholeFilm) {
  return result.renditions.find((rendition) => rendition.kind === 'audio');
}

/** The average colour of a corner of the first picture, as red, green and blue. */
async function corner(path: string, where: 'left' | 'right'): Promise<number[]> {
  const x = where === 'left' ? '0' : 'iw-iw/16';
  const filter = `crop=iw/16:ih/16:${x}:0,scale=1:1:flags=area,format=rgb24`;
  const { stdout } = await execute(
    tools.ffmpegPath,
    ['-v', 'error', '-i', path, '-frames:v', '1', '-vf', filter, '-f', 'rawvideo', '-'],
    { encoding: 'buffer' },
  );
  return [...stdout];
}

/** When the sound first rises above a tenth of its loudest, in milliseconds. */
async function onsetMs(path: string): Promise<number> {
  const { stdout } = await execute(
    tools.ffmpegPath,
    ['-v', 'error', '-i', path, '-ac', '1', '-ar', '48000', '-f', 's16le', '-'],
    { encoding: 'buffer', maxBuffer: 2 ** 28 },
  );
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.findIndex((sample) => Math.abs(sample) > loudest / 10) / 48;
}

describe('transcode', () => {
  const frames: [FixtureName, number, number][] = [
    ['landscape.mp4', 225, 9000],
    ['portrait.mov', 120, 4000],
    ['broadcast.ts', 150, 6021],
    ['silent.mp4', 125, 5000],
    ['ntsc.mp4', 300, 10_010],
    ['variable-rate.mp4', 144, 8000],
    ['camcorder.mts', 100, 4005],
    ['old.avi', 100, 4040],
    ['odd.mp4', 75, 3000],
    ['hevc-hdr.mp4', 50, 2000],
  ];
  it.each(frames)('%s keeps its %i pictures from 0 to %i ms', async (name, count, durationMs) => {
    const { facts, result } = await made(name);
    const picture = pictureOf(result);
    const timeline = await timelineOf(picture.filePath);
    expect(timeline).toMatchObject({ frames: count, firstUs: 0 });
    expect(Math.abs(durationUsOf(picture) / 1000 - durationMs)).toBeLessThan(2);
    expect(result.isTruncated).toBe(false);
    expect(Boolean(soundOf(result))).toBe(facts.audio !== null);

    const bytes = (await readFile(picture.filePath)).length;
    const last = picture.segments.at(-1);
    expect(picture.init.offset + picture.init.length).toBe(picture.segments[0]?.offset);
    expect((last?.offset ?? 0) + (last?.length ?? 0)).toBe(bytes);
    expect(picture.peakBandwidth).toBeGreaterThanOrEqual(picture.averageBandwidth);
  });

  it('tells what it made as it is', async () => {
    const { result } = await made('landscape.mp4');
    const picture = pictureOf(result);
    expect(picture.codec).toMatch(/^avc1\.6400(1e|1f)$/);
    expect(picture).toMatchObject({ width: 640, height: 360, frameRate: 25 });
    expect(picture.segments.map((segment) => segment.durationUs)).toEqual([
      4_000_000, 4_000_000, 1_000_000,
    ]);
    expect(soundOf(result)).toMatchObject({ codec: 'mp4a.40.2', channels: 2 });
  });

  it('reports progress that grows to 1', async () => {
    const { path, facts } = await source('landscape.mp4');
    const target = await mkdtemp(join(folder, 'out-'));
    const seen: number[] = [];
    const onProgress = (done: number) => seen.push(done);
    await transcode(path, planWhole(facts), target, tools, { onProgress });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('turns pictures upright, and says nothing of a turn any more', async () => {
    const lying = pictureOf((await made('landscape.mp4')).result);
    const turned = pictureOf((await made('upside-down.mp4')).result);
    const lyingLeft = await corner(lying.filePath, 'left');
    const lyingRight = await corner(lying.filePath, 'right');
    expect(distance(lyingLeft, lyingRight)).toBeGreaterThan(100);
    expect(distance(await corner(turned.filePath, 'right'), lyingLeft)).toBeLessThan(20);
    expect(distance(await corner(turned.filePath, 'left'), lyingRight)).toBeLessThan(20);

    const { facts, result } = await made('portrait.mov');
    expect(pictureOf(result)).toMatchObject({ width: 720, height: 1280 });
    const again = await inspect(pictureOf(result).filePath, tools);
    expect(again.video).toMatchObject({ rotation: 0, width: 720, height: 1280 });
    expect(facts.video.rotation).toBe(90);
  });

  it('drops where and when it was filmed', async () => {
    const { path, result } = await made('portrait.mov');
    expect((await readFile(path)).includes('+51.5')).toBe(true);
    for (const { filePath } of result.renditions) {
      expect((await readFile(filePath)).includes('+51.5')).toBe(false);
    }
  });

  it('never enlarges, and makes odd sizes even', async () => {
    expect(pictureOf((await made('odd.mp4')).result)).toMatchObject({ width: 320, height: 180 });
    expect(pictureOf((await made('tall.mp4')).result)).toMatchObject({ width: 960, height: 720 });
    const wide = pictureOf((await made('wide-pixels.mp4')).result);
    expect(wide).toMatchObject({ width: 512, height: 288 });
  });

  it.each(['late-sound.mp4', 'late-sound.ts'] as const)(
    '%s: puts silence in front of sound that begins late',
    async (name) => {
      const { result } = await made(name);
      const sound = soundOf(result) ?? expect.fail();
      expect(Math.abs((await onsetMs(sound.filePath)) - 2000)).toBeLessThan(40);
      expect(Math.abs(durationUsOf(sound) / 1000 - 6000)).toBeLessThan(30);
      expect((await timelineOf(pictureOf(result).filePath)).frames).toBe(150);
    },
  );

  it('shows a picture that begins late from the start, and the next ones in their time', async () => {
    const { result } = await made('late-picture.mkv');
    const picture = pictureOf(result);
    const timeline = await timelineOf(picture.filePath);
    expect(timeline).toMatchObject({ frames: 100, firstUs: 0 });
    // 1.52 s late (a whole number of its pictures) against sound that starts 21 ms before zero.
    expect(Math.abs(timeline.lastUs - 5_501_000)).toBeLessThan(3000);
    expect(await onsetMs(soundOf(result)?.filePath ?? '')).toBeLessThan(60);
  });

  it('keeps what is there of a file that was cut off', async () => {
    const { result } = await made('cut-off.mp4');
    expect(result.isTruncated).toBe(true);
    const picture = pictureOf(result);
    expect((await timelineOf(picture.filePath)).frames).toBeGreaterThan(100);
    expect(result.durationMs).toBeLessThan(6000);
    const sound = soundOf(result) ?? expect.fail();
    expect(Math.abs(durationUsOf(sound) - durationUsOf(picture))).toBeLessThan(500_000);
  });

  it('plays a browser recording once it was given a duration', async () => {
    const { path, facts } = await source('browser.webm');
    const target = await mkdtemp(join(folder, 'out-'));
    const copy = join(target, 'copy.mkv');
    await remux(path, facts, copy, tools);
    const again = await inspectFilm(copy, tools);
    expect(again.needsRemux).toBe(false);
    expect(again.durationMs).toBeGreaterThan(4900);
    const result = await transcode(copy, planWhole(again), target, tools);
    expect((await timelineOf(pictureOf(result).filePath)).frames).toBe(150);
  });

  it.each(['landscape.mp4', 'broadcast.ts', 'variable-rate.mp4'] as const)(
    '%s in chunks has every picture once, at the same times',
    async (name) => {
      const { path, facts } = await source(name);
      const target = await mkdtemp(join(folder, 'out-'));
      const plan = planWhole(facts);
      const whole = pictureOf(await transcode(path, plan, target, tools));
      const expected = await timesOf(whole.filePath);
      const rungs = ladderFor(facts);
      const times = rungs.map((): number[] => []);
      const lengths = rungs.map(() => 0);
      for (const chunk of stretches(facts.durationMs ?? 0, 2_000)) {
        const part = await encodePictures(path, { facts, rungs, chunk }, target, tools);
        for (const [rung, picture] of part.pictures.entries()) {
          times[rung]?.push(...(await timesOf(picture.filePath)));
          lengths[rung] = (lengths[rung] ?? 0) + durationUsOf(picture);
        }
      }
      for (const seen of times) expect(seen).toEqual(expected);
      // The segments of all chunks follow one another without a gap and without an overlap.
      for (const length of lengths) {
        expect(Math.abs(length - durationUsOf(whole))).toBeLessThan(2_000);
      }
    },
  );

  it('refuses what has no picture left, and stops when asked to', async () => {
    const { path, facts } = await source('landscape.mp4');
    const target = await mkdtemp(join(folder, 'out-'));
    const noise = join(target, 'noise.mp4');
    await writeFile(noise, Buffer.alloc(5000, 7));
    await expect(transcode(noise, planWhole(facts), target, tools)).rejects.toMatchObject({
      name: 'MediaFailure',
    });

    const controller = new AbortController();
    const running = transcode(path, planWhole(facts), target, tools, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('lease lost')), 60);
    await expect(running).rejects.toThrow('lease lost');
  });

  it('does not blame the film where the folder is gone', async () => {
    const { path, facts } = await source('landscape.mp4');
    const gone = join(folder, 'gone');
    const transcoding = transcode(path, planWhole(facts), gone, tools);
    await expect(transcoding).rejects.toMatchObject({ code: 'ENOENT' });
    const still = poster(path, facts, 0, join(gone, 'poster.jpg'), tools);
    await expect(still).rejects.toMatchObject({ code: 'ENOENT' });

    const taken = await mkdtemp(join(folder, 'out-'));
    const whileEncoding = transcode(path, planWhole(facts), taken, tools, {
      onProgress: () => rmSync(taken, { recursive: true, force: true }),
    });
    const error = await whileEncoding.catch((reason) => reason);
    expect(error.code).not.toBe('no_picture');
  });

  it('refuses what goes on and on after a header that promised little', async () => {
    const { path, facts } = await source('late-sound.mp4');
    const endless = join(folder, 'endless.mkv');
    const last = `setts=ts=if(eq(N\\,149)\\,${13 * 3600}/TB\\,PTS)`;
    const copy = ['-c', 'copy', '-an', '-bsf:v', last];
    await execute(tools.ffmpegPath, ['-v', 'error', '-i', path, ...copy, endless]);
    const target = await mkdtemp(join(folder, 'out-'));
    const promised = { ...facts, audio: null };
    await expect(transcode(endless, planWhole(promised), target, tools)).rejects.toMatchObject({
      code: 'too_long',
    });
  });

  it('stops counting where there is no end to it', async () => {
    const { path } = await source('landscape.mp4');
    const counted = readTimeline(path, 0, 'packet', tools, { ...whole, most: 100 });
    await expect(counted).rejects.toMatchObject({ code: 'too_long' });
    const enough = await readTimeline(path, 0, 'packet', tools, { ...whole, most: 225 });
    expect(enough.frames).toBe(225);
  });

  async function timesOf(path: string): Promise<number[]> {
    const times: number[] = [];
    const onPacket = (us: number) => times.push(us);
    await readTimeline(path, 0, 'packet', tools, { ...whole, onPacket });
    return times;
  }
});

describe('poster', () => {
  it('is upright and at most 640 wide, wherever it is asked for', async () => {
    const { path, facts } = await source('portrait.mov');
    for (const atMs of [0, 1500, 3_600_000]) {
      const target = join(folder, `poster-${atMs}.jpg`);
      await poster(path, facts, atMs, target, tools);
      const jpeg = await readFile(target);
      expect(jpeg.subarray(0, 3).toString('hex')).toBe('ffd8ff');
      // The frame header (SOF0) holds height and width.
      const header = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
      const size = [jpeg.readUInt16BE(header + 7), jpeg.readUInt16BE(header + 5)];
      expect(size).toEqual([640, 1138]);
    }
  });
});

function distance(a: number[], b: number[]): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0);
}
