/** Encodes a stretch of the picture in all its rungs by one decoding, checked before it is returned. */
import type { VideoRendition } from '@second-look/core/playlist';
import { checkPicture, readSourcePictures, type SourcePictures } from './check.ts';
import { canToneMap } from './colour.ts';
import { type Encoded, type EncodeOptions, encode } from './encode.ts';
import { MediaFailure } from './failure.ts';
import { type PicturePlan, type Rung, segmentMs } from './plan.ts';
import { clockOptions, isIndexed, pictureGraph, pictureOptions, seekMarginMs } from './recipe.ts';
import { bandwidths, joined } from './segments.ts';
import type { MediaTools, Source } from './tools.ts';

/** One rung of a stretch, as a rendition by itself, and the file that holds it. */
export type EncodedPicture = VideoRendition & { rung: Rung; frames: number; filePath: string };

export type EncodedPictures = {
  /** In the order of the plan's rungs; none where the source shows no picture in this stretch. */
  pictures: EncodedPicture[];
  /** The source has holes: what could be decoded is there. */
  isDamaged: boolean;
};

/**
 * @param source what `inspect` has accepted
 * @param targetDir an empty folder of its own, which also is ffmpeg's working directory
 * @param lengthMs of the segments to be cut
 * @throws MediaFailure; the signal's reason when aborted; other errors for a full disk and the like
 */
export async function encodePictures(
  source: Source,
  plan: PicturePlan,
  targetDir: string,
  tools: MediaTools,
  options: EncodeOptions = {},
  lengthMs: number = segmentMs,
): Promise<EncodedPictures> {
  const expected = await readSourcePictures(source, plan, tools, options.signal);
  if (expected.packets.frames === 0 && plan.chunk.index > 0)
    return { pictures: [], isDamaged: false };
  const encodeFrom = (earlierMs: number) =>
    encodeChecked(source, plan, expected, targetDir, tools, { ...options, lengthMs, earlierMs });
  const isAtStart = plan.chunk.startMs === 0 && !plan.facts.skippedMs;
  if (isAtStart) return encodeFrom(0);
  try {
    return await encodeFrom(isIndexed(plan.facts) ? 0 : seekMarginMs);
  } catch (error) {
    const isWorthMore =
      isIndexed(plan.facts) && error instanceof MediaFailure && error.isWorthRetrying;
    if (!isWorthMore) throw error;
    return encodeFrom(seekMarginMs);
  }
}

async function encodeChecked(
  source: Source,
  plan: PicturePlan,
  expected: SourcePictures,
  targetDir: string,
  tools: MediaTools,
  options: EncodeOptions & { lengthMs: number; earlierMs: number },
): Promise<EncodedPictures> {
  const recipe = {
    inputOptions: clockOptions(plan.facts, plan.chunk, options.earlierMs),
    graph: pictureGraph(plan, await canToneMap(tools.ffmpegPath)),
    outputs: plan.rungs.map(({ name }, index) => ({
      name: `picture-${name}-${plan.chunk.index}`,
      options: pictureOptions(plan, index, { endUs: expected.nextUs }),
    })),
  };
  const { complaints, files } = await encode(source, plan, recipe, targetDir, tools, options);
  const pictures: EncodedPicture[] = [];
  let isDamaged = false;
  for (const [index, rung] of plan.rungs.entries()) {
    const file = files[index];
    if (!file) throw new RangeError(`There is no file of rung ${index}.`);
    const checked = await checkPicture(file, expected, complaints, tools, options.signal);
    isDamaged ||= checked.isDamaged;
    pictures.push(asRendition(plan, rung, file, checked, options.lengthMs));
  }
  options.onProgress?.(1);
  return { pictures, isDamaged };
}

function asRendition(
  { chunk }: PicturePlan,
  rung: Rung,
  { codec, init, filePath }: Encoded['files'][number],
  { fragments, firstUs, frames }: Awaited<ReturnType<typeof checkPicture>>,
  lengthMs: number,
): EncodedPicture {
  const lateUs = firstUs - chunk.startMs * 1000;
  const segments = joined(fragments, { lateUs, lengthUs: lengthMs * 1000 });
  const durationUs = segments.reduce((sum, segment) => sum + segment.durationUs, 0);
  return {
    kind: 'video',
    ...{ codec, init, segments, ...bandwidths(segments) },
    ...{ width: rung.width, height: rung.height, rung, frames, filePath },
    frameRate: Math.round((frames * 1e9) / Math.max(1, durationUs)) / 1000,
  };
}
