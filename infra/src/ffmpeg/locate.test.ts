import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FfmpegProblem, locateFfmpeg } from './locate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'second-look-ffmpeg-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, version: string, encoders: string[] = [], mode = 0o755) {
  const path = join(folder, name);
  const list = encoders.map((encoder) => ` V....D ${encoder}   words`).join('\n');
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$*" in *-encoders*) echo '${list}';; *) echo '${name} version ${version} Copyright';; esac\n`,
  );
  chmodSync(path, mode);
  return path;
}

const good = ['libx264', 'aac'];

describe('finding ffmpeg', () => {
  it("takes the system's where it is recent enough", () => {
    const ffmpegPath = program('ffmpeg', '5.1.9-0+deb12u1', good);
    const ffprobePath = program('ffprobe', '5.1.9-0+deb12u1');
    expect(locateFfmpeg({ PATH: folder })).toEqual({
      ffmpegPath,
      ffprobePath,
      version: '5.1.9-0+deb12u1',
    });
  });

  it('takes the chosen ones before all others', () => {
    program('ffmpeg', '6.0', good);
    const ffmpegPath = program('mine', '7.1', good);
    const ffprobePath = program('mine-too', '7.1');
    const found = locateFfmpeg({
      PATH: folder,
      FFMPEG_PATH: ffmpegPath,
      FFPROBE_PATH: ffprobePath,
    });
    expect(found).toEqual({ ffmpegPath, ffprobePath, version: '7.1' });
  });

  it('makes a program runnable that was unpacked without that right', () => {
    const ffmpegPath = program('ffmpeg', '6.1', good, 0o644);
    const ffprobePath = program('ffprobe', '6.1', [], 0o644);
    expect(locateFfmpeg({ FFMPEG_PATH: ffmpegPath, FFPROBE_PATH: ffprobePath }).version).toBe(
      '6.1',
    );
  });

  it.each([
    ['is too old', '4.4.2-0ubuntu0.22.04.1', good, /is version 4\.4\.2.*too old/],
    ['has no H.264 encoder', '6.1', ['aac'], /without libx264/],
  ])('says so in one sentence when the chosen one %s', (_, version, encoders, expected) => {
    const ffmpegPath = program('ffmpeg', version, encoders);
    const locate = () => locateFfmpeg({ FFMPEG_PATH: ffmpegPath });
    expect(locate).toThrow(FfmpegProblem);
    expect(locate).toThrow(expected);
    expect(locate).toThrow(/install ffmpeg 5 or later/);
  });

  it('says so when the chosen one is not there', () => {
    expect(() => locateFfmpeg({ FFMPEG_PATH: join(folder, 'none') })).toThrow(/can't be run/);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'brings its own where the system has none, or one that is too old',
    () => {
      program('ffmpeg', '4.2', good);
      const { ffmpegPath, version } = locateFfmpeg({ PATH: folder });
      expect(ffmpegPath).toContain('@ffmpeg-binary');
      expect(version).toMatch(/7\.0/);
    },
  );
});
