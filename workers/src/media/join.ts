/** Makes one film of several, as cameras split a lesson. */
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canToneMap, scaledForVideo } from './colour.ts';
import { MediaFailure } from './failure.ts';
import { inspect, type SourceFacts, type VideoFacts } from './inspect.ts';
import { rungFor } from './plan.ts';
import { runFfprobe } from './probe.ts';
import { uprightFrames } from './recipe.ts';
import { remux } from './remux.ts';
import { insistOnRoom } from './room.ts';
import { FfmpegError, runFfmpeg } from './run.ts';
import { longestMs, type MediaTools, type Source } from './tools.ts';

export type FilmPart = { source: Source; facts: SourceFacts };

type Options = { signal?: AbortSignal };

/** How far the whole may be from the sum of its parts: each ends with a picture or a frame of sound. */
const tolerancePerPartMs = 500;
/** These carry with each key frame what a decoder has to know, or the concat demuxer sees to it. */
const selfContained = ['h264', 'mpeg1video', 'mpeg2video', 'mjpeg', 'dvvideo', 'prores', 'vp8'];
const mezzanine = [
  ...['-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p'],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '17', '-bf', '0'],
  ...['-force_key_frames', 'expr:gte(t,n_forced*2)'],
];

/**
 * Puts films behind one another into one Matroska file: as they are where they are of one kind, and otherwise
 * each brought to the shape of the first that has a picture. Inspect the result: it has a clock and stream numbers of its own.
 * @param parts two or more, as `inspect` found them
 * @param target a path ending in `.mkv`, in a folder of its own
 * @returns whether a part ends in the middle of something
 * @throws MediaFailure `damaged`, `too_long`, `too_slow`; the signal's reason when aborted; other errors for a full disk and the like
 */
export async function joinFilms(
  parts: readonly FilmPart[],
  target: string,
  tools: MediaTools,
  options: Options = {},
): Promise<{ isCutOff: boolean }> {
  const isCutOff = parts.some(({ facts }) => facts.isCutOff);
  const lengthMs = parts.reduce((sum, { facts }) => sum + (facts.durationMs ?? 0), 0);
  if (lengthMs > longestMs) throw new MediaFailure('too_long');
  if (await areAlike(parts, tools, options)) {
    try {
      const copies = await eachTo(parts, target, ({ source, facts }, path) =>
        remux(source, facts, path, tools, options),
      );
      await concatenate(parts, target, tools, options);
      return { isCutOff: isCutOff || copies.some((copy) => copy.isCutOff) };
    } catch (error) {
      // What cannot be copied can be encoded.
      if (!(error instanceof MediaFailure) || error.code !== 'damaged') throw error;
    }
  }
  const common = commonShape(parts);
  await eachTo(parts, target, (part, path) => encodeAlike(part, common, path, tools, options));
  await concatenate(parts, target, tools, options);
  return { isCutOff };
}

/** What every part gets, silent and black where it has none of its own: the first file decides what there is. */
type Shape = { size: { width: number; height: number } | null; isHeard: boolean };

function commonShape(parts: readonly FilmPart[]): Shape {
  const filmed = parts.map(({ facts }) => facts).find((facts) => facts.video !== null);
  return {
    size: filmed ? rungFor(filmed, largestEdge) : null,
    isHeard: parts.some(({ facts }) => facts.audio),
  };
}

const largestEdge = 1080;

const partName = (index: number) => `part-${index}.mkv`;

async function eachTo<T>(
  parts: readonly FilmPart[],
  target: string,
  work: (part: FilmPart, path: string) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (const [index, part] of parts.entries())
    made.push(await work(part, join(dirname(target), partName(index))));
  return made;
}

async function areAlike(parts: readonly FilmPart[], tools: MediaTools, options: Options) {
  const kinds = await Promise.all(parts.map((part) => kindOf(part, tools, options)));
  return kinds.every((kind) => kind === kinds[0]);
}

/** Whatever has to be the same in two films for one to go on behind the other. */
async function kindOf(
  { source, facts: { video, audio } }: FilmPart,
  tools: MediaTools,
  options: Options,
): Promise<string> {
  const { index: _ = 0, frameRate: __ = 0, ...picture } = video ?? {};
  const { index: ___ = 0, ...sound } = audio ?? {};
  const isTold = video && !selfContained.includes(video.codec);
  const setup = isTold ? await setupHash(source, video, tools, options) : [];
  return JSON.stringify([picture, sound, setup]);
}

/** A hash of what a decoder is told in front of the first picture. */
async function setupHash(
  source: Source,
  { index }: VideoFacts,
  tools: MediaTools,
  options: Options,
): Promise<string[]> {
  const shown = ['-show_entries', 'stream=extradata_hash', '-of', 'csv=p=0'];
  const lines: string[] = [];
  const words = ['-select_streams', String(index), '-show_data_hash', 'sha256', ...shown];
  await runFfprobe(source, words, tools, { ...options, onLine: (line) => lines.push(line) });
  return lines;
}

/** One part in the shape of all, with borders where it has another. */
async function encodeAlike(
  { source, facts }: FilmPart,
  { size, isHeard }: Shape,
  target: string,
  tools: MediaTools,
  { signal }: Options,
): Promise<void> {
  const seconds = ((facts.durationMs ?? 1) / 1000).toFixed(3);
  const graph: string[] = [];
  const options: string[] = [];
  if (size) {
    const drawn = facts.video
      ? `[0:${facts.video.index}]${fitted(facts.video, size, await canToneMap(tools.ffmpegPath))}`
      : `color=c=black:s=${size.width}x${size.height}:r=25:d=${seconds},setsar=1`;
    graph.push(`${drawn}[picture]`);
    // What is drawn has no clock to keep.
    const clock = facts.video ? ['-enc_time_base:v', '-1'] : [];
    options.push('-map', '[picture]', ...clock, ...mezzanine);
  }
  if (isHeard) {
    const heard = facts.audio
      ? `[0:${facts.audio.index}]aresample=48000:async=1:first_pts=0`
      : `anullsrc=r=48000:cl=stereo:d=${seconds}`;
    graph.push(`${heard}[sound]`);
    options.push('-map', '[sound]', '-c:a', 'aac', '-b:a', '192k', '-ac', '2');
  }
  const output = { options: [...options, '-f', 'matroska'], target };
  await runOrBlame(
    {
      ...{ source, graph: graph.join(';'), outputs: [output], signal },
      timeLimitMs: (writtenMs) => 10 * 60_000 + 20 * Math.max(facts.durationMs ?? 0, writtenMs),
    },
    target,
    tools,
  );
}

function fitted(
  video: VideoFacts,
  { width, height }: { width: number; height: number },
  canToneMap: boolean,
): string {
  const { displayedWidth, displayedHeight } = video;
  const scale = Math.min(width / displayedWidth, height / displayedHeight);
  const even = (length: number, most: number) =>
    Math.min(most, Math.max(2, Math.round((length * scale) / 2) * 2));
  const inside = `${even(displayedWidth, width)}:${even(displayedHeight, height)}`;
  return [
    ...uprightFrames(video),
    ...scaledForVideo(video, inside, canToneMap),
    `pad=${width}:${height}:-1:-1`,
    'setsar=1',
  ].join(',');
}

/** @throws MediaFailure where what came out is not as long as what went in, or lies on its side */
async function concatenate(
  parts: readonly FilmPart[],
  target: string,
  tools: MediaTools,
  options: Options,
): Promise<void> {
  const folder = dirname(target);
  const names = parts.map((_, index) => partName(index));
  const listPath = join(folder, 'parts.ffconcat');
  const lines = ['ffconcat version 1.0', ...names.map((name) => `file ${name}`), ''];
  await writeFile(listPath, lines.join('\n'));
  const copied = await inspectEach(names, folder, tools, options);
  const output = { options: ['-map', '0', '-c', 'copy', '-f', 'matroska'], target };
  await runOrBlame(
    { source: { listPath }, outputs: [output], signal: options.signal },
    target,
    tools,
  );
  const joined = await inspect(target, tools, options);
  const wantedMs = copied.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const apartMs = Math.abs((joined.durationMs ?? 0) - wantedMs);
  const isTurned = joined.video?.rotation !== copied[0]?.video?.rotation;
  if (apartMs > tolerancePerPartMs * parts.length || isTurned)
    throw new MediaFailure('damaged', `${joined.durationMs} ms of ${wantedMs} ms were joined.`);
  for (const name of names) await rm(join(folder, name));
}

function inspectEach(names: string[], folder: string, tools: MediaTools, options: Options) {
  return Promise.all(names.map((name) => inspect(join(folder, name), tools, options)));
}

async function runOrBlame(
  run: Omit<Parameters<typeof runFfmpeg>[0], 'workingDir'>,
  target: string,
  tools: MediaTools,
): Promise<void> {
  try {
    await runFfmpeg({ ...run, workingDir: dirname(target) }, tools);
  } catch (error) {
    if (!(error instanceof FfmpegError) || error.isMachineAtFault) throw error;
    await insistOnRoom(dirname(target));
    throw new MediaFailure('damaged', `${error.stderrTail}\n${error.message}`.trim());
  }
}
