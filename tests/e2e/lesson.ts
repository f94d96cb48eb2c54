import { execFile } from 'node:child_process';
import { access, mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { mediaTools } from '../media/binaries.ts';

const execute = promisify(execFile);

export const lessonSeconds = 48;
const [width, height, stripHeight, markWidth] = [640, 360, 20, 8];
const pxPerSecond = (width - markWidth) / lessonSeconds;

/** The large one, of 720p, is what phones film; the small one, of 360p, is prepared in a quarter of the time. */
type Size = 'small' | 'large';

/**
 * A film of 48 s whose every picture says when it is: a white mark that wanders along a black strip at the
 * top, once from left to right. H.264 and AAC at a constant 11 MB, so that an upload has a middle.
 */
export function wanderingLesson(size: Size = 'small'): Promise<string> {
  return makeLesson('wandering-3', size, [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '1800k', '-maxrate', '1800k'],
    ...['-bufsize', '1800k', '-x264-params', 'nal-hrd=cbr'],
  ]);
}

/** The same in a codec that no browser plays. */
export function foreignLesson(size: Size = 'small'): Promise<string> {
  return makeLesson('wandering-mpeg4-3', size, ['-c:v', 'mpeg4', '-q:v', '4', '-bf', '0']);
}

/** The same as phones write it, which few browsers play. */
export function phoneLesson(size: Size = 'small'): Promise<string> {
  const quick = ['-preset', 'ultrafast', '-x265-params', 'log-level=error'];
  return makeLesson('wandering-hevc-3', size, ['-c:v', 'libx265', ...quick, '-tag:v', 'hvc1']);
}

async function makeLesson(name: string, size: Size, picture: string[]): Promise<string> {
  const folder = join(tmpdir(), 'second-look-fixtures', `${name}-${size}`);
  const path = join(folder, '8M2 fractions_starter 2025-11-12.mp4');
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  await mkdir(folder, { recursive: true });
  const { ffmpegPath } = await mediaTools();
  const partial = join(folder, `partial-${process.pid}.mp4`);
  // The strip is drawn in RGB: otherwise the mark would wander by two pixels at a time.
  const scale = size === 'large' ? 2 : 1;
  const sized = (across: number, down: number) => `size=${across * scale}x${down * scale}`;
  const length = `duration=${lessonSeconds}:rate=25`;
  await execute(ffmpegPath, [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'lavfi', '-i', `testsrc2=${sized(width, height)}:${length}`],
    ...['-f', 'lavfi', '-i', `color=black:${sized(width, stripHeight)}:${length}`],
    ...['-f', 'lavfi', '-i', `color=white:${sized(markWidth, stripHeight)}:${length}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=330:sample_rate=48000:duration=${lessonSeconds}`],
    '-filter_complex',
    `[1][2]overlay=x='t*${pxPerSecond * scale}':format=rgb[strip];[0][strip]overlay=x=0:y=0[picture]`,
    ...['-map', '[picture]', '-map', '3', '-pix_fmt', 'yuv420p', ...picture],
    ...['-c:a', 'aac', '-b:a', '64k', '-ac', '2', partial],
  ]);
  await rename(partial, path);
  return path;
}

export interface Picture {
  /** What the decoded picture itself says. */
  seconds: number;
  /** Mean brightness of the picture under the strip, from 0 (black) to 255. */
  brightness: number;
}

/** Reads the wandering lesson's picture as it is on the screen; null where none is decoded yet. */
export function readPicture(page: Page): Promise<Picture | null> {
  return page.locator('video').evaluate(
    (element, { width, height, stripHeight, markWidth, pxPerSecond }) => {
      const video = element as HTMLVideoElement;
      if (video.readyState < 2 || video.seeking) return null;
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (!context) return null;
      context.drawImage(video, 0, 0, width, height);
      const strip = context.getImageData(0, stripHeight / 2, width, 1).data;
      const bright = [];
      for (let x = 0; x < width; x += 1) if ((strip[x * 4] ?? 0) > 128) bright.push(x);
      const middle = bright.reduce((sum, x) => sum + x, 0) / bright.length;
      const rest = context.getImageData(0, stripHeight, width, height - stripHeight).data;
      let sum = 0;
      for (let index = 0; index < rest.length; index += 4) sum += rest[index + 1] ?? 0;
      return {
        seconds: (middle - (markWidth - 1) / 2) / pxPerSecond,
        brightness: sum / (rest.length / 4),
      };
    },
    { width, height, stripHeight, markWidth, pxPerSecond },
  );
}

/** What the small picture of the wandering lesson under the pointer says, in seconds; `NaN` where there is none. */
export function readTile(page: Page): Promise<number> {
  return page.evaluate(
    async ({ height, width, stripHeight, markWidth, pxPerSecond }) => {
      const tile = document.querySelector<HTMLElement>('[data-preview-picture]');
      const address = /url\("(.+)"\)/.exec(tile?.style.backgroundImage ?? '')?.[1];
      if (!tile || !address) return Number.NaN;
      const sheet = new Image();
      sheet.src = address;
      await sheet.decode();
      const [x = 0, y = 0] = tile.style.backgroundPosition.split(' ').map(Number.parseFloat);
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [tile.clientWidth, tile.clientHeight];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (!context) return Number.NaN;
      context.drawImage(sheet, x, y);
      const scale = width / canvas.width;
      const row = Math.floor((stripHeight / 2 / height) * canvas.height);
      const strip = context.getImageData(0, row, canvas.width, 1).data;
      let [sum, weight] = [0, 0];
      for (let column = 0; column < canvas.width; column += 1) {
        const light = strip[column * 4] ?? 0;
        if (light < 64) continue;
        sum += (column + 0.5) * light;
        weight += light;
      }
      return ((sum / weight) * scale - markWidth / 2) / pxPerSecond;
    },
    { width, height, stripHeight, markWidth, pxPerSecond },
  );
}
