/** What a viewer would see and hear of a file: colours as a screen shows them, times on its own clock. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mediaTools } from '../binaries.ts';
import type { Colour } from './scene.ts';

const executeFile = promisify(execFile);
/** See workers/src/media/containment.ts: some builds crash on a channel's name. */
const env = { ...process.env, GCONV_PATH: '/nonexistent' };
const execute = async (command: string, args: string[]) => {
  const { stdout } = await executeFile(command, args, {
    ...{ env, encoding: 'buffer', maxBuffer: 2 ** 28 },
  });
  return stdout;
};

/** Pictures are looked at through so many squares across and down. */
const grid = 16;

export type Shown = {
  /** When each picture is shown, in order. */
  timesMs: number[];
  /** How many could be decoded. */
  pictures: number;
  /** One picture's colour at a place given in fractions. */
  colourAt(picture: number, x: number, y: number): Colour;
};

export async function shown(path: string): Promise<Shown> {
  const { ffmpegPath, ffprobePath } = await mediaTools();
  const [times, pixels] = await Promise.all([
    execute(ffprobePath, [
      ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time,flags'],
      ...['-of', 'csv=p=0', path],
    ]),
    execute(ffmpegPath, [
      ...['-v', 'error', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough'],
      ...['-vf', `scale=${grid}:${grid}:flags=area,format=rgb24`, '-f', 'rawvideo', '-'],
    ]),
  ]);
  const timesMs = times
    .toString()
    .split('\n')
    // D: decoded only because later pictures need it.
    .filter((packet) => packet && !packet.includes('D'))
    .map((time) => Number.parseFloat(time) * 1000)
    .sort((a, b) => a - b);
  return {
    timesMs,
    pictures: pixels.length / (grid * grid * 3),
    colourAt(picture, x, y) {
      const column = Math.min(grid - 1, Math.floor(x * grid));
      const row = Math.min(grid - 1, Math.floor(y * grid));
      const at = (picture * grid * grid + row * grid + column) * 3;
      return [pixels[at] ?? -1, pixels[at + 1] ?? -1, pixels[at + 2] ?? -1];
    },
  };
}

/** When the middle first turns white. */
export function flashMs({ timesMs, colourAt }: Shown): number {
  const at = timesMs.findIndex((_, picture) => Math.min(...colourAt(picture, 0.5, 0.5)) > 180);
  return timesMs[at] ?? Number.NaN;
}

/** When the sound first rises above a tenth of its loudest. */
export async function beepMs(path: string): Promise<number> {
  const { ffmpegPath, ffprobePath } = await mediaTools();
  const [start, sound] = await Promise.all([
    execute(ffprobePath, [
      ...['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'stream=start_time'],
      ...['-of', 'csv=p=0', path],
    ]),
    execute(ffmpegPath, [
      '-v',
      'error',
      '-i',
      path,
      '-map',
      '0:a:0',
      '-ac',
      '1',
      '-ar',
      '48000',
      '-f',
      's16le',
      '-',
    ]),
  ]);
  const samples = new Int16Array(sound.buffer, sound.byteOffset, sound.length >> 1);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const onset = samples.findIndex((sample) => Math.abs(sample) > loudest / 10);
  return Number.parseFloat(start.toString()) * 1000 + onset / 48;
}

/** How much neighbouring rows differ where the bar moves, on average, from 0 to 255. */
export async function combing(path: string): Promise<number> {
  const { ffmpegPath } = await mediaTools();
  const [width, height] = [256, 48];
  // Its rows are looked at as they are: only the width changes.
  const inside = `crop=iw/2:${height}:iw/4:floor(ih*13/16)-${height / 2},scale=${width}:${height}:flags=area`;
  const rows = await execute(ffmpegPath, [
    ...['-v', 'error', '-i', path, '-map', '0:v:0', '-vf', `${inside},format=gray`],
    ...['-ss', '0.5', '-frames:v', '1', '-f', 'rawvideo', '-'],
  ]);
  let sum = 0;
  for (let at = width; at < rows.length - width; at += 1)
    sum += Math.abs((rows[at] ?? 0) - ((rows[at - width] ?? 0) + (rows[at + width] ?? 0)) / 2);
  return sum / (width * (height - 2));
}
