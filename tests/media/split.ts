/** A lesson as a camera splits it: one film, cut into files while it is filmed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mediaTools } from './binaries.ts';
import { beep, scene } from './corpus/scene.ts';

const execute = promisify(execFile);

export const splitFilm = { size: '320x180', rate: '25', seconds: 12, flashMs: 9_400 };

/** How cameras write their parts: the ending of their names, and ffmpeg's options. */
const cameras = {
  mp4: '-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p -c:a aac',
  mts: '-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p -c:a ac3',
  m2t: '-c:v mpeg2video -bf 2 -g 25 -b:v 1M -c:a mp2',
  avi: '-c:v mjpeg -q:v 5 -pix_fmt yuvj420p -c:a pcm_s16le',
  mov: '-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25 -tag:v hvc1 -c:a aac',
} as const;
export type Camera = keyof typeof cameras;
export const cameraNames = Object.keys(cameras) as Camera[];

/** @returns the paths of its parts, in order, in a new folder: whoever asks removes it */
export async function splitParts(
  camera: Camera,
): Promise<{ folder: string; whole: string; parts: string[] }> {
  const { ffmpegPath } = await mediaTools();
  const folder = await mkdtemp(join(tmpdir(), 'second-look-split-'));
  const whole = join(folder, `whole.${camera}`);
  const inputs = [
    ...['-f', 'lavfi', '-i', scene(splitFilm, 'bt601')],
    ...['-f', 'lavfi', '-i', beep(splitFilm.flashMs, splitFilm.seconds)],
  ];
  const quiet = ['-v', 'error', '-nostdin', '-y'];
  await execute(ffmpegPath, [...quiet, ...inputs, ...cameras[camera].split(' '), whole]);
  const pieces = ['-f', 'segment', '-segment_time', '4', '-reset_timestamps', '1'];
  const copy = ['-i', whole, '-map', '0', '-c', 'copy', ...pieces];
  const tag = camera === 'mov' ? ['-tag:v', 'hvc1'] : [];
  await execute(ffmpegPath, [...quiet, ...copy, ...tag, join(folder, `0000%d.${camera}`)]);
  const names = (await readdir(folder)).filter((name) => name.startsWith('0000')).sort();
  return { folder, whole, parts: names.map((name) => join(folder, name)) };
}
