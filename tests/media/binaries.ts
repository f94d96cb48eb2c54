/** The ffmpeg and ffprobe that tests use: the system's, else those among the packages. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const packages = createRequire(new URL('../../infra/package.json', import.meta.url));

let found: Promise<{ ffmpegPath: string; ffprobePath: string }> | undefined;

/** @throws Error where this machine has neither */
export function mediaTools() {
  found ??= Promise.all([find('ffmpeg'), find('ffprobe')]).then(([ffmpegPath, ffprobePath]) => ({
    ffmpegPath,
    ffprobePath,
  }));
  return found;
}

async function find(name: 'ffmpeg' | 'ffprobe'): Promise<string> {
  const isOnPath = await execute(name, ['-version']).then(
    () => true,
    () => false,
  );
  if (isOnPath) return name;
  const scope = name === 'ffmpeg' ? '@ffmpeg-binary' : '@ffprobe-installer';
  const manifest = packages.resolve(`${scope}/${process.platform}-${process.arch}/package.json`);
  return join(dirname(manifest), name);
}
