/** What the machine lacks is never told to a teacher as if the film were at fault. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { fixture } from '../../../tests/media/fixtures.ts';
import { inspectFilm } from '../../../tests/media/whole-film.ts';
import { type FilmFacts, inspect } from './inspect.ts';
import { encodePictures } from './pictures.ts';
import { ladderFor, whole } from './plan.ts';
import { poster } from './poster.ts';
import { remux } from './remux.ts';
import type { FfmpegError } from './run.ts';
import { encodeSound } from './sound.ts';
import { storyboard } from './storyboard.ts';
import type { MediaTools } from './tools.ts';
import { waveform } from './waveform.ts';

const execute = promisify(execFile);
let tools: MediaTools;
let folder: string;
let film: string;
let facts: FilmFacts;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-machine-'));
  film = await fixture('landscape.mp4', tools.ffmpegPath);
  facts = await inspectFilm(film, tools);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = join(tmpdir(), `second-look-small-${process.pid}`);
const canMount = await execute('mount', [
  '-t',
  'tmpfs',
  '-o',
  'size=1m',
  'tmpfs',
  await made(small),
])
  .then(() => true)
  .catch(() => false);
afterAll(async () => {
  if (canMount) await execute('umount', [small]);
  await rm(small, { recursive: true, force: true });
});

async function made(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

/** A folder on a disk that has so many bytes left. */
async function almostFull(leftBytes: number): Promise<string> {
  await rm(join(small, 'fill'), { force: true });
  await rm(join(small, 'work'), { recursive: true, force: true });
  const work = await made(join(small, 'work'));
  const { bavail, bsize } = await statfs(small);
  await writeFile(join(small, 'fill'), Buffer.alloc(bavail * bsize - leftBytes));
  return work;
}

describe.skipIf(!canMount)('a full disk', () => {
  const steps = {
    poster: (work: string) => poster(film, facts, 1000, join(work, 'poster.jpg'), tools),
    'a copy': (work: string) => remux(film, facts, join(work, 'copy.mkv'), tools),
    'the picture': (work: string) =>
      encodePictures(film, { facts, rungs: ladderFor(facts), chunk: whole }, work, tools),
    'small pictures': (work: string) => storyboard(film, facts, work, tools),
    loudness: (work: string) => waveform(film, facts, work, tools),
    'the sound': (work: string) => encodeSound(film, facts, 1, work, tools),
  };
  it.each([
    ['poster', 0],
    ['poster', 4096],
    ['a copy', 0],
    ['a copy', 65_536],
    ['the picture', 0],
    ['the picture', 8192],
    ['the picture', 65_536],
    ['small pictures', 0],
    ['small pictures', 4096],
    ['loudness', 0],
    ['loudness', 65_536],
    ['the sound', 0],
    ['the sound', 16_384],
  ] as const)('is called a full disk: %s with %i bytes left', async (step, leftBytes) => {
    const work = await almostFull(leftBytes);
    const error = await steps[step](work).catch((reason: unknown) => reason);
    expect(`${(error as FfmpegError).stderrTail} ${error}`).toMatch(/No space left|ENOSPC/);
    expect(error).not.toMatchObject({ name: 'MediaFailure' });
  });
});

describe('a process that the system kills for want of memory', () => {
  /** Ends as such a process does, once it was asked for what it is started for. */
  async function killed(name: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 });
    return path;
  }

  it('says nothing of the film: its inspection, poster, copy, picture and sound can be tried again', async () => {
    const dyingProbe = { ...tools, ffprobePath: await killed('ffprobe') };
    await expect(inspect(film, dyingProbe)).rejects.toMatchObject({ name: 'ProbeError' });
    const dying = { ...tools, ffmpegPath: await killed('ffmpeg') };
    const work = await mkdtemp(join(folder, 'work-'));
    const still = poster(film, facts, 1000, join(work, 'poster.jpg'), dying);
    await expect(still).rejects.toMatchObject({ isMachineAtFault: true });
    const copy = remux(film, facts, join(work, 'copy.mkv'), dying);
    await expect(copy).rejects.toMatchObject({ isMachineAtFault: true });
    const plan = { facts, rungs: ladderFor(facts), chunk: whole };
    const picture = encodePictures(film, plan, work, dying);
    await expect(picture).rejects.toMatchObject({ isMachineAtFault: true });
    const sound = encodeSound(film, facts, 1, work, dying);
    await expect(sound).rejects.toMatchObject({ isMachineAtFault: true });
  });
});
