/** Small pictures of the whole source at even distances, for whoever looks for a moment. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StoryboardIndex } from '@second-look/core/storyboard';
import { canToneMap, scaledForJpeg } from './colour.ts';
import { MediaFailure } from './failure.ts';
import type { FilmFacts } from './inspect.ts';
import { keyframeGapMs } from './keyframes.ts';
import { whole } from './plan.ts';
import { clockOptions, seekMarginMs, trim, uprightFrames } from './recipe.ts';
import { insistOnRoom } from './room.ts';
import { runFfmpeg } from './run.ts';
import { shownEndMs } from './shown.ts';
import type { MediaTools, Source } from './tools.ts';

/** `filePath` holds all sheets, one behind the other, as the index says. */
export type Storyboard = { filePath: string; index: StoryboardIndex };

/** Of a tile, whichever side is the longer. */
const longestSide = 160;
const columns = 10;
const tilesPerSheet = columns * columns;

/** A picture every so many seconds, in films of so many seconds at most: 360, or 60 of a short one. */
const distances = [
  { everySeconds: 1, upToSeconds: 60 },
  { everySeconds: 2, upToSeconds: 120 },
  { everySeconds: 5, upToSeconds: 1800 },
  { everySeconds: 10, upToSeconds: 3600 },
  { everySeconds: 20, upToSeconds: 7200 },
  { everySeconds: 30, upToSeconds: 10_800 },
  { everySeconds: 60, upToSeconds: 21_600 },
  { everySeconds: 120, upToSeconds: 43_200 },
];
const fewestTiles = 36;

export type Sampling = {
  intervalMs: number;
  tiles: number;
  /** Only pictures are decoded that need no other, which lie so far apart; `null` where all are. */
  keyframeGapMs: number | null;
};

/**
 * How often pictures are taken. Decoding keyframes alone costs about a tenth, so the pictures rather lie as far
 * apart as these do, unless that would leave too few.
 * @param gapMs how far apart keyframes lie
 */
export function sampling(durationMs: number, gapMs: number): Sampling {
  const fitting = distances.filter(({ upToSeconds }) => durationMs <= upToSeconds * 1000);
  const steps = (fitting.length > 0 ? fitting : distances.slice(-1)).map(
    ({ everySeconds }) => everySeconds * 1000,
  );
  const tilesAt = (intervalMs: number) => Math.max(1, Math.ceil(durationMs / intervalMs));
  const byKeyframes = steps.find((step) => step >= gapMs);
  if (byKeyframes !== undefined && tilesAt(byKeyframes) >= fewestTiles)
    return { intervalMs: byKeyframes, tiles: tilesAt(byKeyframes), keyframeGapMs: gapMs };
  const [intervalMs = 1000] = steps;
  return { intervalMs, tiles: tilesAt(intervalMs), keyframeGapMs: null };
}

/**
 * Each picture shows the middle of the time that it stands for, or the keyframe that is nearest to that; what
 * is missing at the end is the last picture.
 * @param targetDir a folder for this alone
 * @throws MediaFailure `no_picture`, `too_slow`; FfmpegError; ProbeError; the signal's reason when aborted; the
 * system's errors for a full disk and the like
 */
export async function storyboard(
  source: Source,
  facts: FilmFacts,
  targetDir: string,
  tools: MediaTools,
  options: { signal?: AbortSignal } = {},
): Promise<Storyboard> {
  const gapMs = await keyframeGapMs(source, facts, tools, options);
  const chosen = sampling(facts.durationMs ?? 0, gapMs);
  const size = tileSize(facts);
  await drawSheets(source, facts, chosen, size, targetDir, tools, options.signal);
  const filePath = join(targetDir, 'storyboard.jpg');
  const sheets: StoryboardIndex['sheets'] = [];
  let offset = 0;
  for (let left = chosen.tiles; left > 0; left -= tilesPerSheet) {
    const sheetPath = join(targetDir, `sheet-${sheets.length}.jpg`);
    const length = await stat(sheetPath).then(
      ({ size }) => size,
      () => 0,
    );
    if (length === 0) {
      await insistOnRoom(targetDir);
      throw new MediaFailure('no_picture', `There is no sheet ${sheets.length}.`);
    }
    await pipeline(createReadStream(sheetPath), createWriteStream(filePath, { flags: 'a' }));
    sheets.push({ offset, length, tiles: Math.min(left, tilesPerSheet) });
    offset += length;
  }
  return {
    filePath,
    index: {
      intervalMs: chosen.intervalMs,
      columns: Math.min(columns, chosen.tiles),
      tileWidth: size.width,
      tileHeight: size.height,
      sheets,
    },
  };
}

async function drawSheets(
  source: Source,
  facts: FilmFacts,
  { intervalMs, tiles, keyframeGapMs }: Sampling,
  size: { width: number; height: number },
  targetDir: string,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<void> {
  const across = Math.min(columns, tiles);
  const down = Math.min(columns, Math.ceil(tiles / across));
  const filters = [
    trim('trim', { ...whole, endMs: shownEndMs(facts) }),
    // The last picture before the middle of each stretch; of keyframes also one that comes a little later.
    `setpts=PTS+${((intervalMs - (keyframeGapMs ?? 0)) / 2000).toFixed(4)}/TB`,
    `fps=1000/${intervalMs}:round=down:start_time=0:eof_action=pass`,
    ...uprightFrames({ ...facts.video, isInterlaced: false }),
    ...scaledForJpeg(
      facts.video,
      `${size.width}:${size.height}`,
      await canToneMap(tools.ffmpegPath),
    ),
    'setsar=1',
    // As many as the header promises, whatever the film really has.
    ...[`tpad=stop=${tiles}:stop_mode=clone`, `trim=end_frame=${tiles}`],
    `tile=${across}x${down}`,
  ];
  // Between two sheets nothing is written, however much of the film is read.
  const limitMs = 10 * 60_000 + 2 * (facts.durationMs ?? 0);
  const decoded =
    keyframeGapMs === null
      ? ['-skip_frame', 'noref', '-skip_loop_filter', 'all']
      : ['-skip_frame', 'nokey'];
  await runFfmpeg(
    {
      source,
      inputOptions: [...clockOptions(facts, whole, seekMarginMs), ...decoded],
      outputs: [
        {
          options: [
            ...['-map', `0:${facts.video.index}`, '-an', '-sn', '-dn', '-vf', filters.join(',')],
            ...['-fps_mode', 'passthrough', '-c:v', 'mjpeg', '-q:v', '5'],
            ...['-f', 'image2', '-start_number', '0'],
          ],
          // The folder's own name may hold what would be read as a pattern.
          target: 'sheet-%d.jpg',
        },
      ],
      workingDir: targetDir,
      stallLimitMs: limitMs,
      timeLimitMs: () => limitMs,
      signal,
    },
    tools,
  );
}

function tileSize({ video }: FilmFacts) {
  const longer = Math.max(video.displayedWidth, video.displayedHeight);
  const scale = Math.min(1, longestSide / longer);
  const even = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: even(video.displayedWidth), height: even(video.displayedHeight) };
}
