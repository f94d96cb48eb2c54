/** What a camera split comes together again, and so does what different cameras filmed. */

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { corpusSound } from '../../../tests/media/corpus/make.ts';
import { beepMs, flashMs, shown } from '../../../tests/media/corpus/measure.ts';
import { sounds } from '../../../tests/media/corpus/sounds.ts';
import { type FixtureName, fixture } from '../../../tests/media/fixtures.ts';
import { cameraNames, splitFilm, splitParts } from '../../../tests/media/split.ts';
import { inspect } from './inspect.ts';
import { joinFilms } from './join.ts';
import type { MediaTools } from './tools.ts';

const execute = promisify(execFile);

let tools: MediaTools;
let folder: string;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-join-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function joined(paths: string[]) {
  const target = join(await mkdtemp(join(folder, 'work-')), 'joined.mkv');
  const inspected = async (source: string) => ({ source, facts: await inspect(source, tools) });
  const parts = await Promise.all(paths.map(inspected));
  const { isCutOff } = await joinFilms(parts, target, tools);
  return { target, isCutOff, parts, facts: await inspect(target, tools) };
}

/** The sound by itself, with silence where a part ends before its picture. */
async function steadySound(film: string): Promise<string> {
  const path = `${film}.mka`;
  const filter = ['-af', 'aresample=async=1:min_hard_comp=0.03:first_pts=0', '-c:a', 'pcm_s16le'];
  await execute(tools.ffmpegPath, ['-v', 'error', '-y', '-i', film, '-vn', ...filter, path]);
  return path;
}

describe('the parts of one film', () => {
  it.each(cameraNames)('come together as they were: .%s', async (camera) => {
    const split = await splitParts(camera);
    try {
      expect(split.parts).toHaveLength(3);
      const { target, facts, parts } = await joined(split.parts);
      const [before, after] = await Promise.all([shown(split.whole), shown(target)]);
      expect(after.pictures).toBe(before.pictures);
      // In their order: the flash is in the last.
      expect(Math.abs(flashMs(after) - splitFilm.flashMs)).toBeLessThanOrEqual(250);
      // What it was put together from is gone.
      expect(await readdir(join(target, '..'))).toEqual(['joined.mkv', 'parts.ffconcat']);
      // Copied: nothing was encoded anew.
      expect(facts.video?.codec).toBe(parts[0]?.facts.video?.codec);
      expect(facts.audio?.codec).toBe(parts[0]?.facts.audio?.codec);
      const wholeMs = splitFilm.seconds * 1000;
      expect(Math.abs((facts.durationMs ?? 0) - wholeMs)).toBeLessThanOrEqual(250);
      expect(
        Math.abs(flashMs(after) - (await beepMs(await steadySound(target)))),
      ).toBeLessThanOrEqual(40);
    } finally {
      await rm(split.folder, { recursive: true, force: true });
    }
  });
});

describe('films of different kinds', () => {
  const all = (names: FixtureName[]) =>
    Promise.all(names.map((name) => fixture(name, tools.ffmpegPath)));

  const talk = async () => {
    const m4a = sounds.find(({ name }) => name.endsWith('.m4a'));
    if (!m4a) throw new Error('There is no such sound.');
    return corpusSound(m4a, tools.ffmpegPath);
  };

  it('are brought to the size of the first, each upright and whole', async () => {
    const paths = await all(['landscape.mp4', 'portrait.mov', 'silent.mp4', 'camcorder.mts']);
    const { target, facts, parts } = await joined(paths);
    expect(facts.video).toMatchObject({ displayedWidth: 640, displayedHeight: 360, rotation: 0 });
    const lengths = parts.map((part) => part.facts.durationMs ?? 0);
    const wantedMs = lengths.reduce((sum, length) => sum + length, 0);
    expect(Math.abs((facts.durationMs ?? 0) - wantedMs)).toBeLessThanOrEqual(500);
    const { timesMs } = await shown(target);
    const gaps = timesMs.slice(1).map((time, index) => time - (timesMs[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(200);
  });

  it('are seen and heard also where the first is silent, and one has no picture', async () => {
    const paths = [...(await all(['silent.mp4', 'landscape.mp4'])), await talk()];
    const { target, facts } = await joined(paths);
    expect(Math.abs((facts.durationMs ?? 0) - 16_400)).toBeLessThanOrEqual(300);
    expect(Math.abs((await beepMs(await steadySound(target))) - 5_000)).toBeLessThanOrEqual(150);
    const { timesMs } = await shown(target);
    expect(timesMs.at(-1)).toBeGreaterThan(15_500);
  });

  it('are put together where all are sound alone', async () => {
    const { facts } = await joined([await talk(), await talk()]);
    expect(facts.video).toBeNull();
    expect(Math.abs((facts.durationMs ?? 0) - 4_800)).toBeLessThanOrEqual(150);
  });

  it('are taken apart from what only looks alike', async () => {
    const [film = ''] = await all(['landscape.mp4']);
    const [cutOff = ''] = await all(['cut-off.mp4']);
    const { isCutOff, facts } = await joined([film, cutOff]);
    expect(facts.durationMs).toBeGreaterThan(9_000);
    expect(isCutOff).toBe(false);
  });
});
