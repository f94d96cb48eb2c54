/** ffmpeg's options for sound, on the clock of the pictures (see recipe.ts). */
import { type Chunk, segmentMs } from './plan.ts';
import { fragmentOptions, trim } from './recipe.ts';

const sampleRate = 48_000;
/** Samples in a frame of AAC. The encoder puts one frame in front, and nothing in a segment says so. */
const frameSamples = 1024;
/** Frames around a piece that are encoded and dropped again: AAC's windows reach into their neighbours. */
const marginSamples = 2 * frameSamples;

// What a seam leaves out stays out of hearing; swresample's own threshold, a tenth of a second, can be seen.
const filled = 'async=1:min_hard_comp=0.03';

/**
 * The whole sound at once, whatever the chunks of the picture, at an even loudness.
 * @param chunk begins at 0 and has an end: the sound is padded, and would go on
 */
export function soundOptions(chunk: Chunk, streamIndex: number): string[] {
  const filters = [
    // Silence in front of sound that begins late, and in its gaps.
    `aresample=${sampleRate}:${filled}:first_pts=0`,
    // loudnorm leaves holes in less than 3 s of sound, and in its own last tenth of a second.
    'apad=pad_dur=4',
    'loudnorm=I=-16:TP=-1.5:LRA=11',
    `aresample=${sampleRate}`,
    trim('atrim', chunk),
    `atrim=start_sample=${frameSamples}`,
    `asetpts=PTS-${frameSamples}/${sampleRate}/TB`,
  ];
  return [...encoderOptions(streamIndex, filters), ...fragmentOptions(segmentMs)];
}

/**
 * A piece of the sound that joins the pieces around it without a seam: whole frames of the one grid that
 * counts from 0, each encoded with its neighbours. Silence where the source has none.
 * @param range in milliseconds, both multiples of 64 ms or the end of all
 */
export function soundPieceOptions(
  range: { startMs: number; endMs: number },
  streamIndex: number,
): string[] {
  const fromSample = Math.max(0, range.startMs * (sampleRate / 1000) - marginSamples);
  const toSample = range.endMs * (sampleRate / 1000) + marginSamples;
  const filters = [
    // Twice, because the first sample is counted in the rate that comes in.
    `aresample=${sampleRate}`,
    `aresample=${sampleRate}:${filled}:first_pts=${fromSample}`,
    'apad',
    `atrim=start=${fromSample / sampleRate}:end=${toSample / sampleRate}`,
  ];
  const isOutside = `lt(pts*tb,${range.startMs / 1000}-0.001)+gte(pts*tb,${range.endMs / 1000}-0.001)`;
  return [
    ...encoderOptions(streamIndex, filters),
    ...['-bsf:a', `noise=drop=${isOutside}`.replaceAll(',', '\\,')],
    ...fragmentOptions(range.endMs - range.startMs + 60_000),
  ];
}

function encoderOptions(streamIndex: number, filters: string[]): string[] {
  return [
    ...['-map', `0:${streamIndex}`, '-af', filters.join(',')],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', String(sampleRate)],
  ];
}
