import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mediaTools } from '../media/binaries.ts';
import { movingLesson } from './films.ts';
import { openPlace, type Place, sendFilm, untilIs } from './place.ts';
import { inTurns, median, print, say, spread } from './round.ts';

const execute = promisify(execFile);
const aimRatio = 1.05;
/** What the kernel counts processor time in (`getconf CLK_TCK`); the same on every Linux. */
const ticksPerSecond = 100;

/** @param seconds of the film that are prepared, 120 at most */
export async function processing(rounds: number, seconds: number): Promise<void> {
  if (!existsSync('/proc/self/stat'))
    return say(
      'Processing is measured on Linux only: the time of child processes is read in /proc.',
    );
  const { ffmpegPath } = await mediaTools();
  const source = await movingLesson(ffmpegPath, seconds);
  const place = await openPlace();
  const target = join(place.product.dataDir, 'plain');
  try {
    // Once for what is looked up on the first job alone.
    await prepare(place, source);
    const cpu = (runs: string[][]) =>
      cpuSeconds(process.pid, async () => {
        for (const words of runs) await execute('nice', ['-n', '10', ffmpegPath, ...words]);
      });
    const measured = await inTurns(rounds, {
      ours: () => cpuSeconds(place.product.workers.pid, () => prepare(place, source)),
      peer: () => cpu([plainRun(source, target)]),
    });
    const perRung = await cpu(runPerRung(source, target));
    const ratios = measured.ours.map((seconds, round) => seconds / (measured.peer[round] ?? 1));
    say(`  CPU seconds, ours: ${spread(measured.ours, 1)}; the peer: ${spread(measured.peer, 1)}`);
    say(
      `  a run for each rung ÷ the peer: ${(perRung / median(measured.peer)).toFixed(2)} (n = 1)`,
    );
    print({
      what: `CPU of all steps for ${seconds} s of 1080p ÷ one plain ffmpeg run`,
      figure: spread(ratios),
      aim: `≤ ${aimRatio}`,
      isMet: median(ratios) <= aimRatio,
      peer: 'the same ffmpeg, once, to MP4s of the same ladder (1080p to 240p, the same x264 settings and key frames) and the same sound; ours is the whole tree of the worker, with checksum, inspection, the film as it is for those who do not wait, poster, storyboard, waveform and checks',
      n: rounds,
    });
  } finally {
    await place.close();
  }
}

const rungs = [
  { size: '1920:1080', quality: 23, ceilingKbps: 5000 },
  { size: '1280:720', quality: 23, ceilingKbps: 3000 },
  { size: '854:480', quality: 24, ceilingKbps: 1400 },
  { size: '426:240', quality: 25, ceilingKbps: 500 },
];

/** What somebody who knows ffmpeg would type; kept in step with workers/src/media by hand. */
function plainRun(source: string, target: string): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-i', source],
    '-filter_complex',
    '[0:v:0]setsar=1,split[p0][d0];[d0]scale=1280:720,split[p1][d1];[d1]scale=854:480,split[p2][d2];[d2]scale=426:240[p3]',
    ...rungs.flatMap((rung, index) => [
      ...['-map', `[p${index}]`, ...pictureOptions(rung), `${target}-${index}.mp4`],
    ]),
    ...soundOptions,
    `${target}-sound.mp4`,
  ];
}

/** The way of a run for each rung, which decodes the source as often. */
function runPerRung(source: string, target: string): string[][] {
  const input = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-i', source];
  return [
    ...rungs.map((rung, index) => [
      ...[...input, '-map', '0:v:0', '-vf', `scale=${rung.size},setsar=1`],
      ...[...pictureOptions(rung), `${target}-${index}.mp4`],
    ]),
    [...input, ...soundOptions, `${target}-sound.mp4`],
  ];
}

function pictureOptions({ quality, ceilingKbps }: (typeof rungs)[number]): string[] {
  return [
    ...['-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p', '-c:v', 'libx264'],
    ...['-preset', 'veryfast', '-profile:v', 'high', '-bf', '0', '-sc_threshold', '0'],
    ...['-crf', String(quality), '-maxrate', `${ceilingKbps}k`, '-bufsize', `${ceilingKbps * 2}k`],
    ...['-force_key_frames', 'expr:gte(t,n_forced*2)'],
  ];
}

const soundOptions = [
  ...['-map', '0:a:0', '-af', 'loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000'],
  ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2'],
];

/** Sends a lesson and waits until all is done. */
async function prepare(place: Place, source: string): Promise<void> {
  const { id } = await sendFilm(place, source);
  await untilIs(place, id, ({ state }) => state === 'ready', 500);
  rmSync(join(place.product.dataDir, 'objects/recordings', id), { recursive: true });
}

/** Processor time, user and system, that a process and its children that have ended took for some work. */
async function cpuSeconds(pid: number, work: () => Promise<void>): Promise<number> {
  const before = ticks(pid);
  await work();
  return (ticks(pid) - before) / ticksPerSecond;
}

/** Fields 14 to 17 of /proc/PID/stat: utime, stime, cutime, cstime (proc(5)). */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name that may hold anything, in brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
