import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** ffmpeg is missing or will not do; its message is one sentence that says what to do. */
export class FfmpegProblem extends Error {
  override name = 'FfmpegProblem';
}

export interface Ffmpeg {
  ffmpegPath: string;
  ffprobePath: string;
  /** As the program gives it, such as "5.1.9-0+deb12u1" or "n7.0-7-gd38bf5e08e". */
  version: string;
}

const oldestMajor = 5;
// Builds from source have a commit in place of a version; the library's major tells as well (54 behind).
const libavformatBehind = 54;
const remedy = `install ffmpeg ${oldestMajor} or later with libx264, or set FFMPEG_PATH and FFPROBE_PATH to one`;

interface Program {
  path: string;
  version: string;
  /** Why it will not do. */
  flaw?: string;
}

/**
 * Finds an ffmpeg and an ffprobe of version 5 or later: those that FFMPEG_PATH and FFPROBE_PATH name, or the
 * system's, or the ones that came with the npm packages.
 * @throws FfmpegProblem
 */
export function locateFfmpeg(env: NodeJS.ProcessEnv): Ffmpeg {
  const flaws: string[] = [];
  const find = (name: 'ffmpeg' | 'ffprobe', chosen: string | undefined, packaged?: string) => {
    if (chosen) {
      const program = inspect(name, chosen);
      if (program.flaw)
        throw new FfmpegProblem(
          `${name.toUpperCase()}_PATH is ${chosen}, which ${program.flaw}: ${remedy}.`,
        );
      return program;
    }
    for (const path of [onPath(name, env), packaged]) {
      if (!path) continue;
      const program = inspect(name, path);
      if (!program.flaw) return program;
      flaws.push(`${path} ${program.flaw}`);
    }
    const found = flaws.length > 0 ? flaws.join(', ') : `there is no ${name} on this machine`;
    throw new FfmpegProblem(`Video can't be processed here, because ${found}: ${remedy}.`);
  };
  const platform = `${process.platform}-${process.arch}`;
  const ffmpeg = find(
    'ffmpeg',
    env.FFMPEG_PATH,
    inPackage(`@ffmpeg-binary/${platform}`, 'index.js', 'ffmpeg'),
  );
  const ffprobe = find(
    'ffprobe',
    env.FFPROBE_PATH,
    inPackage(`@ffprobe-installer/${platform}`, 'package.json', 'ffprobe'),
  );
  return { ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path, version: ffmpeg.version };
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function inPackage(name: string, anchor: string, file: string): string | undefined {
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/${anchor}`)), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function inspect(name: 'ffmpeg' | 'ffprobe', path: string): Program {
  makeExecutable(path);
  const { stdout, error } = spawnSync(path, ['-version'], { encoding: 'utf8' });
  const version = /^\S+ version (\S+)/.exec(stdout ?? '')?.[1];
  if (error || !version) return { path, version: '', flaw: `can't be run as ${name}` };
  const library = /libavformat\s+(\d+)\./.exec(stdout)?.[1];
  const released = /^n?(\d+)\.\d/.exec(version)?.[1];
  const major = library ? Number(library) - libavformatBehind : Number(released ?? 0);
  if (major < oldestMajor)
    return { path, version, flaw: `is version ${version}, which is too old` };
  const missing = name === 'ffmpeg' ? missingEncoder(path) : undefined;
  return missing ? { path, version, flaw: `was built without ${missing}` } : { path, version };
}

function missingEncoder(path: string): string | undefined {
  const { stdout } = spawnSync(path, ['-hide_banner', '-encoders'], { encoding: 'utf8' });
  const names = new Set((stdout ?? '').split('\n').map((line) => line.trim().split(/\s+/)[1]));
  return ['libx264', 'aac'].find((encoder) => !names.has(encoder));
}

/** npm can unpack the binaries without the right to run them where install scripts are switched off. */
function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    try {
      chmodSync(path, 0o755);
    } catch {
      // Not ours to change; running it tells.
    }
  }
}
