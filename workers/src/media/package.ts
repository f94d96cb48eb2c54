/** Makes what browsers can play as it is playable at once, without encoding anything. */
import type { AudioRendition, VideoRendition } from '@second-look/core/playlist';
import { type EncodeOptions, encode } from './encode.ts';
import { MediaFailure } from './failure.ts';
import type { AudioFacts, SourceFacts, VideoFacts } from './inspect.ts';
import { segmentMs, whole } from './plan.ts';
import { clockOptions, fragmentOptions } from './recipe.ts';
import { bandwidths } from './segments.ts';
import type { MediaTools, Source } from './tools.ts';

export type PackagedFilm = {
  renditions: ((VideoRendition | AudioRendition) & { filePath: string })[];
};

const profiles = ['Constrained Baseline', 'Baseline', 'Main', 'High'];
/** A school's network carries no more, and a tablet decodes no more. */
const most = { pixels: 1920 * 1088, frameRate: 61, bitsPerSecond: 30e6 };
/** Whoever seeks waits for a whole segment, and they end at key frames that somebody else has set. */
const longestSegmentUs = 12_000_000;

/** Whether browsers play what is in the file. What decides in the end is what comes out of `packageFilm`. */
export function isPackable({
  container,
  durationMs,
  sizeBytes,
  video,
  audio,
  skippedMs,
  isTrimmedBehind,
}: SourceFacts): boolean {
  // A copy begins and ends at key frames.
  if (skippedMs || isTrimmedBehind) return false;
  const bitsPerSecond = (sizeBytes * 8000) / Math.max(1, durationMs ?? 0);
  return (
    ['mov', 'matroska'].includes(container) &&
    bitsPerSecond <= most.bitsPerSecond &&
    (video === null || isPlayablePicture(video)) &&
    (audio === null || isPlayableSound(audio))
  );
}

function isPlayablePicture(video: VideoFacts): boolean {
  return (
    video.codec === 'h264' &&
    profiles.includes(video.profile ?? '') &&
    ['yuv420p', 'yuvj420p'].includes(video.pixelFormat) &&
    !video.isInterlaced &&
    !video.isHdr &&
    video.rotation === 0 &&
    video.turned === undefined &&
    video.displayedWidth === video.width &&
    video.width * video.height <= most.pixels &&
    video.frameRate <= most.frameRate
  );
}

function isPlayableSound({ codec, profile, channels, sampleRate }: AudioFacts): boolean {
  return (
    codec === 'aac' && profile === 'LC' && channels <= 2 && [44_100, 48_000].includes(sampleRate)
  );
}

/**
 * Copies picture and sound into fragments, at the speed of the disk.
 * @returns `null` where the film is not made for it: its key frames lie too far apart, or what came out is
 * not what its header says
 * @throws as `encodePictures` does, but never because of the film
 */
export async function packageFilm(
  source: Source,
  facts: SourceFacts,
  targetDir: string,
  tools: MediaTools,
  options: EncodeOptions = {},
): Promise<PackagedFilm | null> {
  if (!isPackable(facts)) return null;
  const { video, audio } = facts;
  const recipe = {
    inputOptions: clockOptions(facts, whole),
    outputs: [
      ...(video ? [{ name: 'packaged-picture', options: pictureCopy(video.index) }] : []),
      ...(audio ? [{ name: 'packaged-sound', options: soundCopy(audio.index) }] : []),
    ],
  };
  const encoded = await encode(
    ...([source, { facts, chunk: whole }, recipe, targetDir, tools, options] as const),
  ).catch((error: unknown) => {
    if (error instanceof MediaFailure) return null;
    throw error;
  });
  const files = encoded?.files ?? [];
  const [first] = files;
  if (!first) return null;
  const durationUs = first.fragments.reduce((sum, fragment) => sum + fragment.durationUs, 0);
  const isWhole = Math.abs(durationUs / 1000 - (facts.durationMs ?? 0)) < 1_500;
  const isSeekable = first.fragments.every((one) => one.durationUs <= longestSegmentUs);
  if (!isWhole || !isSeekable) return null;
  const common = ({ codec, init, fragments: segments, filePath }: typeof first) => ({
    ...{ codec, init, segments, ...bandwidths(segments), filePath },
  });
  const renditions: PackagedFilm['renditions'] = [];
  if (video) {
    const { width, height, frameRate } = video;
    renditions.push({ kind: 'video', ...common(first), width, height, frameRate });
  }
  const sound = video ? files[1] : first;
  if (audio && sound) {
    renditions.push({ kind: 'audio', ...common(sound), channels: audio.channels });
  }
  return { renditions };
}

/**
 * Negative composition offsets (ISO/IEC 14496-12, 8.6.1.3) instead of an edit list: with pictures that are
 * stored out of order, the first one is shown at 0 all the same.
 */
function pictureCopy(index: number): string[] {
  return [
    ...['-map', `0:${index}`, '-c', 'copy', '-avoid_negative_ts', 'disabled'],
    ...fragmentOptions(segmentMs, '+negative_cts_offsets'),
  ];
}

/** Without the frame in front of the start that an edit list would have players skip. */
function soundCopy(index: number): string[] {
  return [
    ...['-map', `0:${index}`, '-c', 'copy', '-bsf:a', 'noise=drop=lt(pts\\,0)'],
    ...fragmentOptions(segmentMs),
  ];
}
