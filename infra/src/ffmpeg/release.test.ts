import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegReleasedOn } from './release.ts';

let folder: string;
let binary: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-look-release-'));
  binary = join(folder, 'ffmpeg');
  await writeFile(binary, '');
  const built = new Date('2026-08-14T09:00:00Z');
  await utimes(binary, built, built);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the day from which an ffmpeg is', () => {
  it.each([
    ['n7.0-7-gd38bf5e08e-20240407', '2024-04-05'],
    ['8.0', '2025-08-22'],
    ['6.1.1', '2023-11-10'],
    ['7.0.2-static', '2024-04-05'],
  ])('is that of its series where nobody says that it is mended: %s', (version, day) => {
    expect(ffmpegReleasedOn(version, binary)).toBe(day);
  });

  it.each(['5.1.9-0+deb12u1', '6.1.1-3ubuntu5', '99.0-1+deb20u1'])(
    'is that of its file where a distribution mends it: %s',
    (version) => {
      expect(ffmpegReleasedOn(version, binary)).toBe('2026-08-14');
    },
  );

  it('is unknown of a version made from source, and of one that came later', () => {
    expect(ffmpegReleasedOn('N-118000-g1234567', binary)).toBeNull();
    expect(ffmpegReleasedOn('99.0', binary)).toBeNull();
  });
});
