/**
 * Finds out what a file from a stranger is, and refuses what is neither a film nor sound, or more than one film.
 */
import { type ColourFacts, coloursOf } from './colour.ts';
import { MediaFailure } from './failure.ts';
import { type ProbedFile, type ProbedStream, ProbeError, probe } from './probe.ts';
import { hasNoIndex, isPartOfPacket, recognise, sniffedBytes } from './sniff.ts';
import { readStart } from './start.ts';
import { largestPicture, longestMs, type MediaTools, type Source } from './tools.ts';

export type VideoFacts = {
  /** Place among the container's streams. */
  index: number;
  codec: string;
  profile: string | null;
  /** As coded. */
  width: number;
  height: number;
  /** As shown: turned upright, with square pixels. */
  displayedWidth: number;
  displayedHeight: number;
  /** Quarter turns clockwise that bring it upright, in degrees: 0, 90, 180 or 270. */
  rotation: number;
  /** Pictures per second, averaged; 0 where the container doesn't say. */
  frameRate: number;
  pixelFormat: string;
  colours: ColourFacts;
  isHdr: boolean;
  /** Or may be, picture by picture. */
  isInterlaced: boolean;
  /** Quarter turns clockwise that its owner wants beyond those, in degrees; the sizes as shown have them. */
  turned?: 90 | 180 | 270;
};

export type AudioFacts = {
  index: number;
  codec: string;
  profile: string | null;
  channels: number;
  sampleRate: number;
};

type CommonFacts = {
  /** ffmpeg's first name for it: mov, matroska, avi, mpegts, mp3… */
  container: string;
  /** Null where the container doesn't say. */
  durationMs: number | null;
  /** The container's clock at source time 0. */
  startMs: number;
  /** The same in microseconds, for comparing time stamps. */
  startUs: number;
  sizeBytes: number;
  needsRemux: boolean;
  /** It ends in the middle of something: what is there can be kept. */
  isCutOff: boolean;
  /** So much of the file is in front of source time 0 (shown.ts). */
  skippedMs?: number;
  /** What the container calls its parts, in source time. */
  chapters?: Chapter[];
  /** The file goes on behind `durationMs`. */
  isTrimmedBehind?: true;
};

export type FilmFacts = CommonFacts & { video: VideoFacts; audio: AudioFacts | null };
/** What has sound alone, and maybe a cover. */
export type SoundFacts = CommonFacts & { video: null; audio: AudioFacts };
export type SourceFacts = FilmFacts | SoundFacts;

export type Chapter = { startMs: number; title: string };

/** More are no chapters of a lesson, and longer titles none that anybody reads. */
const most = { chapters: 200, titleCharacters: 200 };

// Some writers of Matroska count the time before the start into the duration, and some don't.
const lateStartUs = 1_000_000;

const mostPerSecond = 1000;
const codecsWithFields = ['dvvideo', 'mpeg2video', 'mpeg4', 'h264', 'vc1', 'prores', 'mjpeg'];
const stillCodecs = ['png', 'mjpeg', 'gif', 'webp', 'bmp', 'tiff', 'jpeg2000', 'ppm', 'svg'];

/**
 * @param source its name and the type the client gave play no part
 * @throws MediaFailure when it can't become a recording
 */
export async function inspect(
  source: Source,
  tools: MediaTools,
  options: { signal?: AbortSignal } = {},
): Promise<SourceFacts> {
  const { bytes, sizeBytes } = await readStart(source, sniffedBytes, options.signal);
  const sniffed = recognise(bytes);
  if (!sniffed.isRecording) throw new MediaFailure(sniffed.failure);

  const probed = await probe(source, tools, options).catch((error: unknown) => {
    if (!(error instanceof ProbeError) || error.isMachineAtFault) throw error;
    throw new MediaFailure(classify(error.stderrTail, sniffed.knownContainer), error.stderrTail);
  });
  if (isTooLarge(probed.complaints)) throw new MediaFailure('too_large_picture', probed.complaints);
  return {
    ...facts(probed, sizeBytes, sniffed.knownContainer),
    isCutOff: isPartOfPacket(bytes, sizeBytes),
  };
}

function classify(stderr: string, knownContainer: boolean) {
  if (isTooLarge(stderr)) return 'too_large_picture';
  if (/streams exceeds max_streams/.test(stderr)) return 'too_many_streams';
  if (!knownContainer) return 'not_a_video';
  return /moov atom not found/.test(stderr) ? 'truncated' : 'damaged';
}

function isTooLarge(stderr: string): boolean {
  return /Picture size \d+x\d+ (exceeds|is invalid)/.test(stderr);
}

function facts(probed: ProbedFile, sizeBytes: number, knownContainer: boolean) {
  const streams = probed.streams ?? [];
  if (streams.length >= 100) throw new MediaFailure('too_many_streams');
  const container = probed.format?.format_name?.split(',')[0] ?? '';
  const sound = streams.find((stream) => stream.codec_type === 'audio' && stream.codec_name);
  const pictures = streams.filter((stream) => stream.codec_type === 'video');
  const picture = pictures.find(isMoving);
  if (picture && isBomb(picture)) {
    throw new MediaFailure('damaged', `${picture.nb_frames} pictures in ${picture.duration} s`);
  }
  // Without an index it is guessed from the first frames.
  const durationMs = hasNoIndex(container) ? null : milliseconds(probed.format?.duration);
  if (durationMs !== null && durationMs > longestMs) throw new MediaFailure('too_long');
  const startUs = Math.round((Number(probed.format?.start_time) || 0) * 1e6);
  const chapters = chaptersOf(probed, startUs);
  const common = {
    container,
    durationMs,
    startMs: Math.round(startUs / 1000),
    startUs,
    sizeBytes,
    needsRemux: durationMs === null || (container === 'matroska' && startUs >= lateStartUs),
    ...(chapters.length > 0 && { chapters }),
  };
  const audio = sound ? audioFacts(sound) : null;
  if (picture) return { ...common, video: videoFacts(picture), audio };
  // Noise looks like a frame of such sound here and there.
  const isNoise = hasNoIndex(container) && !knownContainer;
  if (audio && !isNoise) return { ...common, video: null, audio };
  if (pictures.length > 0) throw new MediaFailure('picture');
  throw new MediaFailure(knownContainer ? 'damaged' : 'not_a_video');
}

function chaptersOf({ chapters = [] }: ProbedFile, startUs: number): Chapter[] {
  return chapters
    .slice(0, most.chapters)
    .flatMap(({ start_time, tags }) => {
      const startMs = Math.round(Number(start_time) * 1000 - startUs / 1000);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a stranger wrote it
      const title = (tags?.title ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
      if (!Number.isFinite(startMs) || title === '') return [];
      return [{ startMs: Math.max(0, startMs), title: title.slice(0, most.titleCharacters) }];
    })
    .sort((one, other) => one.startMs - other.startMs);
}

/** No camera is so quick; an index of little room can name one picture a million times. */
function isBomb({ nb_frames, duration }: ProbedStream): boolean {
  const pictures = Number(nb_frames ?? 0);
  return pictures > 10_000 && pictures > Number(duration) * mostPerSecond;
}

function isMoving(stream: ProbedStream): boolean {
  const is = (name: string) => stream.disposition?.[name] === 1;
  if (is('attached_pic') || is('timed_thumbnails') || is('still_image')) return false;
  return !(stillCodecs.includes(stream.codec_name ?? '') && stream.nb_frames === '1');
}

function videoFacts(stream: ProbedStream): VideoFacts {
  const width = stream.width ?? 0;
  const height = stream.height ?? 0;
  const { side, pixels } = largestPicture;
  if (width > side || height > side || width * height > pixels) {
    throw new MediaFailure('too_large_picture', `${width}×${height}`);
  }
  if (width < 2 || height < 2 || !stream.pix_fmt) {
    throw new MediaFailure('damaged', 'No picture in it could be decoded.');
  }
  const rotation = rotationOf(stream);
  const shown = { width: Math.max(2, Math.round(width * pixelAspect(stream))), height };
  const isTurned = rotation % 180 !== 0;
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    profile: stream.profile ?? null,
    width,
    height,
    displayedWidth: isTurned ? shown.height : shown.width,
    displayedHeight: isTurned ? shown.width : shown.height,
    rotation,
    frameRate: fraction(stream.avg_frame_rate) || fraction(stream.r_frame_rate),
    pixelFormat: stream.pix_fmt,
    colours: coloursOf(stream),
    isHdr: ['smpte2084', 'arib-std-b67'].includes(stream.color_transfer ?? ''),
    isInterlaced: mayHaveFields(stream),
  };
}

/** AVI and its like don't say; there the decoder knows it of each picture. */
function mayHaveFields({ field_order = 'unknown', codec_name = '' }: ProbedStream): boolean {
  if (field_order === 'unknown') return codecsWithFields.includes(codec_name);
  return field_order !== 'progressive';
}

function audioFacts(stream: ProbedStream): AudioFacts {
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    profile: stream.profile ?? null,
    channels: stream.channels ?? 2,
    sampleRate: Number(stream.sample_rate) || 48_000,
  };
}

// ffprobe gives the display matrix's angle counter-clockwise, and older files' tag clockwise.
function rotationOf(stream: ProbedStream): number {
  const matrix = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation;
  const clockwise = matrix === undefined ? Number(stream.tags?.rotate ?? 0) : -matrix;
  return (((Math.round(clockwise / 90) * 90) % 360) + 360) % 360 || 0;
}

/** Width of a pixel in heights; a header may claim any nonsense, so only plausible ones count. */
function pixelAspect(stream: ProbedStream): number {
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const aspect = across / down;
  return aspect >= 0.25 && aspect <= 4 ? aspect : 1;
}

function fraction(text = '0/1'): number {
  const [over = 0, under = 1] = text.split('/').map(Number);
  const value = over / under;
  return Number.isFinite(value) && value > 0 && value <= mostPerSecond ? value : 0;
}

function milliseconds(seconds: string | undefined): number | null {
  const value = Math.round(Number(seconds) * 1000);
  return Number.isFinite(value) && value > 0 ? value : null;
}
