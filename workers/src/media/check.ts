/**
 * Holds what came out against what went in. ffmpeg can write nothing at all and exit with 0, so
 * nothing is published unchecked.
 */
import type { Segment } from '@second-look/core/playlist';
import { MediaFailure } from './failure.ts';
import type { TranscodePlan } from './plan.ts';
import { ProbeError, readTimeline, type Timeline } from './probe.ts';
import { segmentTimer } from './segments.ts';
import { longestMs, type MediaTools, type Source } from './tools.ts';

export type Checked = {
  /** The written segments, timed by the pictures in them. */
  segments: Segment[];
  frames: number;
  /** Source time of the first and the last picture written. */
  firstUs: number;
  lastUs: number;
  /** The source has pictures that nothing can decode; what could be decoded is there. */
  isDamaged: boolean;
};

const hour = 60 * 60 * 1000;
/** Two clocks' rounding: a millisecond each (Matroska counts in those), and a half. */
const toleranceUs = 2500;
/** Where the container has no presentation times: the decoder's guess may be some pictures off. */
const vagueToleranceUs = 200_000;
/** How much of a damaged source two decoders may disagree about. */
const damagedShare = 0.05;

/**
 * @param written one file and its segments, in bytes
 * @param complaints what ffmpeg wrote to its error output while encoding
 * @throws MediaFailure `too_long` where the header promised less than there is, `no_picture` where the source has none, `encode_failed` where some are missing
 */
export async function checkPicture(
  source: Source,
  written: { filePath: string; segments: readonly Segment[] },
  plan: TranscodePlan,
  complaints: string,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<Checked> {
  const whole = { startMs: 0, endMs: null };
  const timer = segmentTimer(written.segments);
  const output = await readTimeline(written.filePath, 0, 'packet', tools, {
    ...{ startUs: 0, range: whole, timeLimitMs: hour, signal },
    onPacket: timer.onPacket,
  });
  const read = (by: 'packet' | 'frame') =>
    readTimeline(source, plan.facts.video.index, by, tools, {
      startUs: plan.facts.startUs,
      range: plan.chunk,
      timeLimitMs: 6 * hour,
      signal,
    }).catch((error: unknown) => {
      if (error instanceof ProbeError && !error.isMachineAtFault)
        throw new MediaFailure('damaged', error.stderrTail);
      throw error;
    });

  if (output.frames === 0) throw new MediaFailure('no_picture', complaints);
  const segments = timer.timed(plan.chunk.startMs * 1000);
  const packets = await read('packet');
  // The recipe ends there, whatever the header promised.
  if (plan.chunk.endMs === null && packets.lastUs >= longestMs * 1000) {
    throw new MediaFailure('too_long', `pictures up to ${packets.lastUs} µs`);
  }
  if (matches(output, packets, plan)) return checked(output, segments, false);
  // Packets are not always pictures: fields, hidden reference pictures, pieces of broken ones.
  const frames = await read('frame');
  if (matches(output, frames, plan)) {
    return checked(output, segments, complaints !== '');
  }
  const missing = Math.abs(frames.frames - output.frames);
  if (complaints !== '' && missing <= Math.max(2, frames.frames * damagedShare)) {
    return checked(output, segments, true);
  }
  throw new MediaFailure(
    'encode_failed',
    `${complaints}\nwritten ${describe(output)}, expected ${describe(frames)}`.trim(),
  );
}

function checked({ frames, firstUs, lastUs }: Timeline, segments: Segment[], isDamaged: boolean) {
  return { frames, firstUs, lastUs, segments, isDamaged };
}

function matches(output: Timeline, source: Timeline, plan: TranscodePlan): boolean {
  if (output.frames !== source.frames) return false;
  // The first picture of the first chunk is shown from 0 on, see the recipe.
  const firstUs = plan.chunk.index === 0 ? 0 : source.firstUs;
  if (source.isVague) {
    return (
      Math.abs(output.firstUs - firstUs) <= vagueToleranceUs &&
      Math.abs(output.lastUs - source.lastUs) <= vagueToleranceUs
    );
  }
  return output.timesUs.every((us, index) => {
    const expectedUs = index === 0 ? firstUs : (source.timesUs[index] ?? Infinity);
    return Math.abs(us - expectedUs) <= toleranceUs;
  });
}

function describe({ frames, firstUs, lastUs }: Timeline): string {
  return `${frames} pictures from ${firstUs} µs to ${lastUs} µs`;
}
