/** How loud the source is from moment to moment, for whoever looks for where somebody speaks. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SourceFacts } from './inspect.ts';
import { whole } from './plan.ts';
import { clockOptions, seekMarginMs } from './recipe.ts';
import { insistOnRoom } from './room.ts';
import { runFfmpeg } from './run.ts';
import { shownEndMs } from './shown.ts';
import { longestMs, type MediaTools, type Source } from './tools.ts';

/** `filePath` holds one byte for each stretch of time, from silence (0) to as loud as can be (255). */
export type Waveform = { filePath: string; peaksPerSecond: number };

const peaksPerSecond = 10;
/** Enough for a voice. */
const sampleRate = 8000;
const samplesPerPeak = sampleRate / peaksPerSecond;

/**
 * @param targetDir a folder for this alone
 * @returns `null` where there is no sound
 * @throws MediaFailure `too_slow`; FfmpegError; the signal's reason when aborted; the system's errors for a
 * full disk and the like
 */
export async function waveform(
  source: Source,
  facts: SourceFacts,
  targetDir: string,
  tools: MediaTools,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Waveform | null> {
  if (!facts.audio) return null;
  const samplesPath = join(targetDir, 'samples.pcm');
  const lengthMs = facts.durationMs ?? 0;
  const filters = [
    // Silence in front of sound that begins late, and in its gaps.
    `aresample=${sampleRate}:async=1:first_pts=0`,
    `atrim=start=0:end=${(shownEndMs(facts) ?? longestMs) / 1000}`,
  ];
  await runFfmpeg(
    {
      source,
      inputOptions: clockOptions(facts, whole, seekMarginMs),
      outputs: [
        {
          options: [
            ...['-map', `0:${facts.audio.index}`, '-vn', '-sn', '-dn', '-af', filters.join(',')],
            ...['-ac', '1', '-ar', String(sampleRate), '-c:a', 'pcm_s16le', '-f', 's16le'],
          ],
          target: samplesPath,
        },
      ],
      workingDir: targetDir,
      timeLimitMs: (writtenMs) => 10 * 60_000 + 2 * Math.max(lengthMs, writtenMs),
      signal,
    },
    tools,
  );
  const { size } = await stat(samplesPath);
  if (size === 0) {
    await insistOnRoom(targetDir);
    return null;
  }
  const filePath = join(targetDir, 'waveform.bin');
  const samples: AsyncIterable<Buffer> = createReadStream(samplesPath);
  await pipeline(loudness(samples, samplesPerPeak), createWriteStream(filePath), { signal });
  await rm(samplesPath);
  return { filePath, peaksPerSecond };
}

/**
 * Loudness of stretches of sound, as the ear has it: ten decibels more are twice as loud (Stevens' power law,
 * root mean square to the power of 0.6).
 * @param samples signed, 16 bits, little-endian, in pieces that may end anywhere
 * @returns a byte for each stretch of so many samples, the last one for whatever is left
 */
export async function* loudness(
  samples: AsyncIterable<Buffer>,
  samplesPerPeak: number,
): AsyncGenerator<Buffer> {
  let halfSample: Buffer = Buffer.alloc(0);
  let sum = 0;
  let count = 0;
  const peak = () => Math.round(255 * Math.min(1, Math.sqrt(sum / count) / 32_767) ** 0.6);
  for await (const piece of samples) {
    const bytes = halfSample.length > 0 ? Buffer.concat([halfSample, piece]) : piece;
    const whole = bytes.length - (bytes.length % 2);
    halfSample = bytes.subarray(whole);
    const peaks: number[] = [];
    for (let place = 0; place < whole; place += 2) {
      sum += bytes.readInt16LE(place) ** 2;
      count += 1;
      if (count < samplesPerPeak) continue;
      peaks.push(peak());
      sum = 0;
      count = 0;
    }
    if (peaks.length > 0) yield Buffer.from(peaks);
  }
  if (count > 0) yield Buffer.from([peak()]);
}
