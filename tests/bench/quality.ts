import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type EncodedPicture,
  encodePictures,
  encodeSound,
  inspect,
  ladderFor,
  type MediaTools,
} from '@second-look/workers/media';
import { mediaTools } from '../media/binaries.ts';
import { movingLesson } from './films.ts';
import { say } from './round.ts';

const execute = promisify(execFile);
/** Whole segments; comparing takes far longer than encoding. */
const stretchMs = 12_000;

/** What an hour takes in each size, and how like each is to what was filmed. */
export async function quality(): Promise<void> {
  const tools = await mediaTools();
  const drawn = new URL('../../server/src/demonstration/lesson.mp4', import.meta.url);
  const films = {
    'a drawn lesson (the demonstration)': fileURLToPath(drawn),
    'moving texture': await movingLesson(tools.ffmpegPath, 120),
  };
  for (const [what, path] of Object.entries(films)) await measure(what, path, tools);
}

async function measure(what: string, path: string, tools: MediaTools): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'second-look-quality-'));
  try {
    const facts = await inspect(path, tools);
    if (!facts.video) throw new Error('There is no picture to compare.');
    const chunk = { index: 0, startMs: 0, endMs: stretchMs };
    const plan = { facts, rungs: ladderFor(facts), chunk };
    const { pictures } = await encodePictures(path, plan, folder, tools);
    const { width, height, frameRate } = facts.video;
    say(`  ${what}: ${width}×${height}, ${frameRate} a second, the first ${stretchMs / 1000} s`);
    for (const picture of pictures) {
      const own = await likeness(picture, path, picture, tools);
      const full = await likeness(picture, path, { width, height }, tools);
      say(
        `  ${picture.rung.name}: ${perHour(picture)}; ${own.measure} ${own.score} in its own size, ${full.score} in the film’s`,
      );
    }
    if (!facts.audio) return;
    const sound = await encodeSound(path, facts, facts.audio.index, folder, tools);
    if (sound.rendition) say(`  sound: ${perHour(sound.rendition)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function perHour({ averageBandwidth }: { averageBandwidth: number }): string {
  const megabytes = (averageBandwidth / 8 / 1e6) * 3600;
  return `${megabytes.toFixed(0)} MB an hour (${Math.round(averageBandwidth / 1000)} kbit/s)`;
}

/** VMAF (v0.6.1, 0 to 100) where this ffmpeg has it, else SSIM (0 to 1), of every fifth picture or of all. */
async function likeness(
  { filePath, frames }: EncodedPicture,
  source: string,
  { width, height }: { width: number; height: number },
  { ffmpegPath }: MediaTools,
): Promise<{ measure: string; score: string }> {
  const { stdout } = await execute(ffmpegPath, ['-hide_banner', '-filters']);
  const measure = stdout.includes(' libvmaf ') ? 'VMAF' : 'SSIM';
  const filter = measure === 'VMAF' ? 'libvmaf=n_threads=2:n_subsample=5' : 'ssim';
  // By number, for the two clocks round apart, and a picture held against its neighbour is unlike.
  const alike = `trim=end_frame=${frames},scale=${width}:${height}:flags=bicubic,format=yuv420p,settb=1/25,setpts=N`;
  const { stderr } = await execute(
    ffmpegPath,
    [
      ...['-hide_banner', '-nostdin', '-nostats', '-i', filePath, '-i', source, '-lavfi'],
      `[0:v]${alike}[made];[1:v]${alike}[filmed];[made][filmed]${filter}`,
      ...['-f', 'null', '-'],
    ],
    { maxBuffer: 2 ** 26 },
  );
  const [, vmaf, ssim = vmaf] = /VMAF score: ([\d.]+)|SSIM.* All:([\d.]+)/.exec(stderr) ?? [];
  return { measure, score: Number(ssim).toFixed(measure === 'VMAF' ? 1 : 3) };
}
