/** Films that benches need and tests do not, each made once per machine. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lessonSeconds } from '../e2e/lesson.ts';
import { mediaTools } from '../media/binaries.ts';
import { say } from './round.ts';

const execute = promisify(execFile);

const movingSeconds = 120;

/**
 * 1080p with grain that drifts as under a camera in the hand, and things that move in front.
 * @param seconds of it, 120 at most
 */
export async function movingLesson(ffmpegPath: string, seconds: number): Promise<string> {
  const whole = await movingFilm(ffmpegPath);
  if (seconds >= movingSeconds) return whole;
  const path = join(dirname(whole), `moving-1-${seconds}.mp4`);
  const copied = ['-i', whole, '-t', String(seconds), '-c', 'copy', path];
  await execute(ffmpegPath, ['-v', 'error', '-nostdin', '-y', ...copied]);
  return path;
}

async function movingFilm(ffmpegPath: string): Promise<string> {
  const folder = join(tmpdir(), 'second-look-fixtures');
  const path = join(folder, 'moving-1.mp4');
  if (existsSync(path)) return path;
  say('  Making the source, once …');
  mkdirSync(folder, { recursive: true });
  const grain = join(folder, `grain-${process.pid}.png`);
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  const random = 'nullsrc=size=1920x1080,geq=lum=random(1)*255:cb=128:cr=128,gblur=sigma=3';
  await execute(ffmpegPath, [...quiet, '-f', 'lavfi', '-i', random, '-frames:v', '1', grain]);
  const partial = join(folder, `partial-${process.pid}-moving.mp4`);
  const length = `duration=${movingSeconds}:rate=25`;
  await execute(ffmpegPath, [
    ...[...quiet, '-loop', '1', '-framerate', '25', '-t', String(movingSeconds), '-i', grain],
    ...['-f', 'lavfi', '-i', `testsrc2=size=960x540:${length}`],
    ...['-f', 'lavfi', '-i', `anoisesrc=color=brown:sample_rate=48000:duration=${movingSeconds}`],
    '-filter_complex',
    "[0]scroll=h=0.0013:v=0.0007[room];[room][1]overlay=x='480+400*sin(t/3)':y='270+200*cos(t/5)'",
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '23', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-movflags', '+faststart', partial],
  ]);
  rmSync(grain);
  renameSync(partial, path);
  return path;
}

/** A film again and again until it is so long; made once. */
export async function looped(path: string, minutes: number): Promise<string> {
  const target = join(dirname(path), `looped-${minutes}.mp4`);
  if (existsSync(target)) return target;
  const { ffmpegPath } = await mediaTools();
  const partial = join(dirname(path), `partial-${process.pid}-${minutes}.mp4`);
  const times = Math.round((minutes * 60) / lessonSeconds) - 1;
  await execute(ffmpegPath, [
    ...['-v', 'error', '-nostdin', '-y', '-stream_loop', String(times), '-i', path],
    ...['-c', 'copy', partial],
  ]);
  renameSync(partial, target);
  return target;
}
