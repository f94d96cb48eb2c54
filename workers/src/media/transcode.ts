/**
 * Makes what browsers play of a source: pictures and sound as renditions of their own, each one
 * file of fragmented MP4 whose byte ranges are the segments, checked before they are returned.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AudioRendition, durationUsOf, type VideoRendition } from '@second-look/core/playlist';
import { checkPicture } from './check.ts';
import { canToneMap } from './colour.ts';
import { MediaFailure } from './failure.ts';
import type { Chunk, TranscodePlan } from './plan.ts';
import { readTimeline } from './probe.ts';
import { clockOptions, pictureOptions, soundOptions } from './recipe.ts';
import { insistOnRoom } from './room.ts';
import { FfmpegError, runFfmpeg } from './run.ts';
import { bandwidths, readSegmentedFile } from './segments.ts';
import type { MediaTools, Source } from './tools.ts';

export type Encoded<R> = R & { filePath: string; sizeBytes: number };

export type TranscodeResult = {
  renditions: (Encoded<VideoRendition> | Encoded<AudioRendition>)[];
  /** How long it really plays. */
  durationMs: number;
  /** The source ends well before its header says, or has holes: what is there was kept. */
  isTruncated: boolean;
};

export type TranscodeOptions = {
  /** Told the done part of this call, from 0 to 1. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
};

/** Pictures take most of the time; the figure was read off a lesson of an hour. */
const pictureShare = 0.9;

/**
 * @param source what `inspect` has accepted
 * @param targetDir an empty folder of its own, which also is ffmpeg's working directory
 * @throws MediaFailure; the signal's reason when aborted; other errors for a full disk and the like
 */
export async function transcode(
  source: Source,
  plan: TranscodePlan,
  targetDir: string,
  tools: MediaTools,
  options: TranscodeOptions = {},
): Promise<TranscodeResult> {
  const { audio } = plan.facts;
  const share = audio ? pictureShare : 1;
  const picture = await encodePicture(source, plan, targetDir, tools, {
    ...options,
    onProgress: (done) => options.onProgress?.(done * share),
  });
  const sound = audio
    ? await encodeSound(source, plan, audio.index, targetDir, tools, {
        ...options,
        onProgress: (done) => options.onProgress?.(share + done * (1 - share)),
      })
    : null;
  options.onProgress?.(1);

  const soundRendition = sound?.rendition;
  const pictureMs = Math.round(durationUsOf(picture.rendition) / 1000);
  const soundMs = soundRendition ? Math.round(durationUsOf(soundRendition) / 1000) : 0;
  return {
    renditions: soundRendition ? [picture.rendition, soundRendition] : [picture.rendition],
    durationMs: Math.max(pictureMs, soundMs),
    isTruncated:
      plan.facts.isCutOff ||
      picture.isDamaged ||
      sound?.isDamaged === true ||
      endsEarly(plan, Math.max(pictureMs, soundMs)),
  };
}

/** One rung of one chunk. */
export async function encodePicture(
  source: Source,
  plan: TranscodePlan,
  targetDir: string,
  tools: MediaTools,
  options: TranscodeOptions = {},
): Promise<{ rendition: Encoded<VideoRendition>; isDamaged: boolean }> {
  const name = `picture-${plan.rung.name}-${plan.chunk.index}`;
  const recipe = pictureOptions(plan, await canToneMap(tools.ffmpegPath));
  const { complaints, filePath, segmented } = await encode(
    ...([source, plan, name, recipe, targetDir, tools, options] as const),
  );
  const checked = await checkPicture(
    ...([source, { filePath, segments: segmented.segments }, plan] as const),
    ...([complaints, tools, options.signal] as const),
  );
  const { segments } = checked;
  const durationUs = segments.reduce((sum, segment) => sum + segment.durationUs, 0);
  const rendition: Encoded<VideoRendition> = {
    kind: 'video',
    ...segmented,
    segments,
    ...bandwidths(segments),
    width: plan.rung.width,
    height: plan.rung.height,
    frameRate: Math.round((checked.frames * 1e9) / Math.max(1, durationUs)) / 1000,
    filePath,
    sizeBytes: (await stat(filePath)).size,
  };
  return { rendition, isDamaged: checked.isDamaged };
}

/** The sound of the whole plan; no rendition where the track turns out to hold none. */
export async function encodeSound(
  source: Source,
  plan: TranscodePlan,
  streamIndex: number,
  targetDir: string,
  tools: MediaTools,
  options: TranscodeOptions = {},
): Promise<{ rendition: Encoded<AudioRendition> | null; isDamaged: boolean }> {
  const chunk = await heardChunk(source, plan, streamIndex, tools, options.signal);
  if (!chunk) return { rendition: null, isDamaged: false };
  const recipe = soundOptions({ ...plan, chunk }, streamIndex);
  try {
    const { filePath, segmented } = await encode(
      ...([source, plan, 'sound', recipe, targetDir, tools, options] as const),
    );
    const rendition: Encoded<AudioRendition> = {
      kind: 'audio',
      ...segmented,
      ...bandwidths(segmented.segments),
      channels: 2,
      filePath,
      sizeBytes: (await stat(filePath)).size,
    };
    return { rendition, isDamaged: false };
  } catch (error) {
    // A lesson without its sound is worth more to its teacher than none.
    if (error instanceof MediaFailure && isSoundAtFault(error)) {
      return { rendition: null, isDamaged: true };
    }
    throw error;
  }
}

function isSoundAtFault({ code, operatorDetail }: MediaFailure): boolean {
  return code === 'no_picture' || /Invalid data found|while decoding/.test(operatorDetail);
}

async function encode(
  source: Source,
  plan: TranscodePlan,
  name: string,
  recipe: string[],
  targetDir: string,
  tools: MediaTools,
  { onProgress, signal }: TranscodeOptions,
) {
  const playlistPath = join(targetDir, `${name}.m3u8`);
  const filePath = join(targetDir, `${name}.m4s`);
  const endMs = plan.chunk.endMs ?? plan.facts.durationMs;
  const lengthMs = Math.max(1, (endMs ?? 0) - plan.chunk.startMs);
  try {
    const complaints = await runFfmpeg(
      {
        source,
        inputOptions: clockOptions(plan),
        outputOptions: recipe,
        target: playlistPath,
        workingDir: targetDir,
        signal,
        // A header may promise less than there is: what has been written counts as well.
        timeLimitMs: (writtenMs) =>
          10 * 60_000 + 20 * Math.max(lengthMs, writtenMs - plan.chunk.startMs),
        onProgress: (writtenMs) =>
          onProgress?.(Math.min(1, Math.max(0, (writtenMs - plan.chunk.startMs) / lengthMs))),
      },
      tools,
    );
    const segmented = await readSegmentedFile(playlistPath, filePath).catch(async () => {
      await insistOnRoom(targetDir);
      throw new MediaFailure('no_picture', complaints);
    });
    return { complaints, filePath, segmented };
  } catch (error) {
    throw error instanceof FfmpegError ? asFailure(error) : error;
  }
}

// What the machine lacks is not the film's fault, and must not be told to its owner as if it were.
function asFailure(error: FfmpegError): Error {
  if (error.isMachineAtFault) return error;
  return new MediaFailure('encode_failed', `${error.stderrTail}\n${error.message}`.trim());
}

/** The stretch that sound really reaches into: what a header claims may have been cut off. */
async function heardChunk(
  source: Source,
  { facts, chunk }: TranscodePlan,
  streamIndex: number,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<Chunk | null> {
  let endUs = 0;
  const heard = await readTimeline(source, streamIndex, 'packet', tools, {
    ...{ startUs: facts.startUs, range: chunk, timeLimitMs: 60 * 60 * 1000, signal },
    onPacket: (us, _position, durationUs) => {
      endUs = Math.max(endUs, us + (durationUs || 0));
    },
  });
  if (heard.frames === 0) return null;
  const endMs = Math.ceil(endUs / 1000);
  return { ...chunk, endMs: Math.min(chunk.endMs ?? Infinity, endMs) };
}

function endsEarly({ chunk, facts }: TranscodePlan, playedMs: number): boolean {
  const claimedMs = (chunk.endMs ?? facts.durationMs ?? 0) - chunk.startMs;
  return claimedMs - playedMs > Math.max(1000, claimedMs * 0.02);
}
