/**
 * ffmpeg's options for pictures, on one clock with the sound: source time 0 is the container's start, and
 * a chunk's time stamps are source time. The measurements behind each option are in ARCHITECTURE.md.
 */
import { scaledForVideo } from './colour.ts';
import type { SourceFacts, VideoFacts } from './inspect.ts';
import { bufferSeconds, type Chunk, type PicturePlan, type Rung } from './plan.ts';
import { longestMs } from './tools.ts';

const keyframeMs = 2_000;
/** How much earlier reading begins where a container finds a moment, but not the key frame before it. */
export const seekMarginMs = 12_000;
const unindexed = new Set(['mpegts', 'mpeg', 'avi', 'asf', 'flv', 'ogg']);

/** Whether a container finds the key frame before a moment. */
export function isIndexed({ container }: SourceFacts): boolean {
  return !unindexed.has(container);
}

/**
 * In front of the input: keeps the source's clock, counted from the container's start.
 *
 * Not `-start_at_zero`: in MPEG-TS that counts from the start of the streams that are mapped, so
 * picture and sound, encoded apart, would each begin at their own zero. ffmpeg 5 does so with an
 * offset of its own too, if it is the container's start exactly: hence the microsecond. And
 * `-noaccurate_seek`, because ffmpeg's trimming after a seek doesn't know of the shifted clock; the
 * recipe trims by itself.
 * @param prerollMs how much earlier to begin reading, for containers without an index of key frames
 */
export function clockOptions(facts: SourceFacts, { startMs }: Chunk, prerollMs = 0): string[] {
  const clock = ['-copyts', '-itsoffset', ((1 - facts.startUs) / 1e6).toFixed(6)];
  const fromMs = Math.max(0, startMs + (facts.skippedMs ?? 0) - prerollMs);
  return fromMs === 0 ? clock : [...clock, '-noaccurate_seek', '-ss', seconds(fromMs)];
}

/**
 * The filters: what all rungs share is done once, and each rung is scaled from the one above it.
 * @param canToneMap whether this ffmpeg has zscale and tonemap
 * @returns a graph whose outputs are `[p0]`, `[p1]`, … in the order of the plan's rungs
 */
export function pictureGraph({ facts, rungs, chunk }: PicturePlan, canToneMap: boolean): string {
  const [largest, ...smaller] = rungs;
  if (!largest) throw new RangeError('A picture needs at least one rung.');
  const shared = [
    trim('trim', chunk),
    ...uprightFrames(facts.video),
    ...scaledForVideo(facts.video, sizeOf(largest), canToneMap),
    'setsar=1',
  ].join(',');
  const input = `[0:${facts.video.index}]${shared}`;
  if (smaller.length === 0) return `${input}[p0]`;
  // Each rung but the last is given out and handed down.
  const steps = smaller.map((rung, index) => {
    const isLast = index === smaller.length - 1;
    const onwards = isLast ? `[p${index + 1}]` : `,split[p${index + 1}][d${index + 1}]`;
    return `[d${index}]scale=${sizeOf(rung)},setsar=1${onwards}`;
  });
  return [`${input},split[p0][d0]`, ...steps].join(';');
}

/**
 * @param index which of the plan's rungs
 * @param times where the stretch's last picture stops being shown, in microseconds of source time; unknown
 * where the source ends
 */
export function pictureOptions(
  { facts, rungs, chunk }: PicturePlan,
  index: number,
  times: { endUs: number | null },
): string[] {
  const rung = rungs[index];
  if (!rung) throw new RangeError(`There is no rung ${index}.`);
  return [
    ...['-map', `[p${index}]`],
    ...['-fps_mode', 'passthrough', '-enc_time_base', '-1', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-bf', '0'],
    ...['-sc_threshold', '0', '-crf', String(rung.quality)],
    ...['-maxrate', `${rung.ceilingKbps}k`, '-bufsize', `${rung.ceilingKbps * bufferSeconds}k`],
    ...['-force_key_frames', keyframes(facts, chunk).map(seconds).join(',')],
    ...['-bsf:v', packetTimes(chunk.index === 0, times.endUs)],
    // One from each key frame to the next: `segments.ts` joins them.
    ...fragmentOptions(100),
  ];
}

/** Moments, not a rule: ffmpeg counts a rule's time from the first picture, which need not be the chunk's start. */
function keyframes({ durationMs }: SourceFacts, { startMs, endMs }: Chunk): number[] {
  // A header may promise less than there is; x264 sets a key frame every 250 pictures in any case.
  const untilMs = endMs ?? Math.max(startMs, durationMs ?? 0) + 60_000;
  const count = Math.ceil((untilMs - startMs) / keyframeMs);
  return Array.from({ length: count }, (_, index) => startMs + index * keyframeMs);
}

/**
 * On packets, because the filter that sets times forgets how long the last picture is to stay.
 * A packet lasts until the next one: ffmpeg 5 writes the nominal rate instead, and its muxer then
 * starts the next segment too early where the rate varies. The first picture of all is shown from
 * the start, even where the source's begins later than its sound; no frame is added.
 */
function packetTimes(isStart: boolean, endUs: number | null): string {
  const time = isStart ? 'if(eq(N,0),0,PTS)' : 'PTS';
  const last = endUs === null ? 'DURATION' : `max(1,${(endUs / 1e6).toFixed(6)}/TB-${time})`;
  const duration = `if(eq(NEXT_PTS,NOPTS),${last},NEXT_PTS-${time})`;
  return `setts=ts=${time}:duration=${duration}`.replaceAll(',', '\\,');
}

function sizeOf({ width, height }: Rung): string {
  return `${width}:${height}`;
}

/** What comes before scaling: one picture of each two fields, where they are marked as such, and which way up. */
export function uprightFrames({ isInterlaced, turned }: VideoFacts): string[] {
  return [
    ...(isInterlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
    ...(turned ? turns[turned] : []),
  ];
}

const turns = { 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] };

export function trim(filter: 'trim' | 'atrim', { startMs, endMs }: Chunk): string {
  // An end in any case: the header that was inspected may have promised less than there is.
  return `${filter}=start=${seconds(startMs)}:end=${seconds(Math.min(endMs ?? longestMs, longestMs))}`;
}

/**
 * One file of fragments.
 * @param shortestMs of a fragment: it ends with the first key frame after that
 * @param movflags further ones of the MP4 muxer's, each with a plus in front
 */
export function fragmentOptions(shortestMs: number, movflags = ''): string[] {
  return [
    ...['-f', 'hls', '-hls_time', seconds(shortestMs), '-hls_playlist_type', 'vod'],
    ...['-hls_segment_type', 'fmp4', '-hls_flags', 'single_file+independent_segments'],
    ...['-hls_segment_options', `movflags=+frag_discont${movflags}`],
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
