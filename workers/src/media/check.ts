/**
 * Holds what came out against what went in. ffmpeg can write nothing at all and exit with 0, so
 * nothing is published unchecked.
 */
import type { Segment } from '@second-look/core/playlist';
import { MediaFailure } from './failure.ts';
import { type PicturePlan, whole } from './plan.ts';
import { ProbeError, readTimeline, type Timeline } from './probe.ts';
import { fragmentTimer } from './segments.ts';
import { shownEndMs } from './shown.ts';
import { longestMs, type MediaTools, type Source } from './tools.ts';

export type Checked = {
  /** The written fragments, timed by the pictures in them. */
  fragments: Segment[];
  frames: number;
  /** Source time of the first and the last picture written. */
  firstUs: number;
  lastUs: number;
  /** The source has pictures that nothing can decode; what could be decoded is there. */
  isDamaged: boolean;
};

/** What a source says it shows in a stretch. */
export type SourcePictures = {
  packets: Timeline;
  /** The same by decoding, which is slow and exact: packets are not always pictures. */
  frames(): Promise<Timeline>;
  /** When the first picture behind the stretch is shown, or where the stretch ends if none is near; `null` at the end of all. */
  nextUs: number | null;
  isStart: boolean;
};

const hour = 60 * 60 * 1000;
/** Two clocks' rounding: a millisecond each (Matroska counts in those), and a half. */
const toleranceUs = 2500;
/** Where the container has no presentation times: the decoder's guess may be some pictures off. */
const vagueToleranceUs = 200_000;
/** How much of a damaged source two decoders may disagree about. */
const damagedShare = 0.05;

/**
 * @throws MediaFailure `damaged`, or `too_long` where the header promised less than there is
 */
export async function readSourcePictures(
  source: Source,
  { facts, chunk }: PicturePlan,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<SourcePictures> {
  const endUs = chunk.endMs === null ? Infinity : chunk.endMs * 1000;
  // What is behind is trimmed off: nothing is shown beyond.
  const isEnd = chunk.endMs !== null && chunk.endMs === shownEndMs(facts);
  let nextUs: number | null = null;
  const read = (by: 'packet' | 'frame') =>
    readTimeline(source, facts.video.index, by, tools, {
      ...{ startUs: facts.startUs, range: chunk, timeLimitMs: 6 * hour, signal },
      onBehind: (us) => {
        nextUs = Math.min(nextUs ?? Infinity, us);
      },
    }).catch((error: unknown) => {
      if (error instanceof ProbeError && !error.isMachineAtFault)
        throw new MediaFailure('damaged', error.stderrTail);
      throw error;
    });
  const packets = await read('packet');
  // The recipe ends there, whatever the header promised.
  if (endUs === Infinity && packets.lastUs >= longestMs * 1000) {
    throw new MediaFailure('too_long', `pictures up to ${packets.lastUs} µs`);
  }
  return {
    packets,
    frames: () => read('frame'),
    nextUs: isEnd ? endUs : (nextUs ?? (chunk.endMs === null ? null : endUs)),
    isStart: chunk.index === 0,
  };
}

/**
 * @param written one file and its fragments, in bytes
 * @param complaints what ffmpeg wrote to its error output while encoding
 * @throws MediaFailure `no_picture` where the source has none, `encode_failed` where some are missing
 */
export async function checkPicture(
  written: { filePath: string; fragments: readonly Segment[] },
  expected: SourcePictures,
  complaints: string,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<Checked> {
  const timer = fragmentTimer(written.fragments);
  const output = await readTimeline(written.filePath, 0, 'packet', tools, {
    ...{ startUs: 0, range: whole, timeLimitMs: hour, signal },
    onPacket: timer.onPacket,
  });
  if (output.frames === 0) throw new MediaFailure('no_picture', complaints);
  const fragments = timer.timed(expected.nextUs);
  const { isStart, packets } = expected;
  if (matches(output, packets, isStart)) return checked(output, fragments, false);
  const frames = await expected.frames();
  if (matches(output, frames, isStart)) return checked(output, fragments, complaints !== '');
  const missing = Math.abs(frames.frames - output.frames);
  if (complaints !== '' && missing <= Math.max(2, frames.frames * damagedShare)) {
    return checked(output, fragments, true);
  }
  throw new MediaFailure(
    'encode_failed',
    `${complaints}\nwritten ${describe(output)}, expected ${describe(frames)}`.trim(),
  );
}

function checked({ frames, firstUs, lastUs }: Timeline, fragments: Segment[], isDamaged: boolean) {
  return { frames, firstUs, lastUs, fragments, isDamaged };
}

function matches(output: Timeline, source: Timeline, isStart: boolean): boolean {
  if (output.frames !== source.frames) return false;
  // The first picture of the first chunk is shown from 0 on, see the recipe.
  const firstUs = isStart ? 0 : source.firstUs;
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
