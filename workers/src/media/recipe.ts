/**
 * ffmpeg's options for picture and sound, on one clock: source time 0 is the container's start, and
 * a chunk's time stamps are source time. The measurements behind each option are in ARCHITECTURE.md.
 */
import { scaledForVideo } from './colour.ts';
import type { VideoFacts } from './inspect.ts';
import type { TranscodePlan } from './plan.ts';
import { longestMs } from './tools.ts';

const segmentSeconds = 4;
const keyframeSeconds = 2;

/**
 * In front of the input: keeps the source's clock, counted from the container's start.
 *
 * Not `-start_at_zero`: in MPEG-TS that counts from the start of the streams that are mapped, so
 * picture and sound, encoded apart, would each begin at their own zero. ffmpeg 5 does so with an
 * offset of its own too, if it is the container's start exactly: hence the microsecond. And
 * `-noaccurate_seek`, because ffmpeg's trimming after a seek doesn't know of the shifted clock; the
 * recipe trims by itself.
 */
export function clockOptions({ chunk, facts }: TranscodePlan): string[] {
  const clock = ['-copyts', '-itsoffset', ((1 - facts.startUs) / 1e6).toFixed(6)];
  if (chunk.startMs === 0) return clock;
  return [...clock, '-noaccurate_seek', '-ss', seconds(chunk.startMs)];
}

/** @param canToneMap whether this ffmpeg has zscale and tonemap */
export function pictureOptions(plan: TranscodePlan, canToneMap: boolean): string[] {
  const { facts, rung, chunk } = plan;
  const filters = [
    trim('trim', plan),
    ...deinterlacing(facts.video),
    ...scaledForVideo(facts.video, `${rung.width}:${rung.height}`, canToneMap),
    'setsar=1',
  ];
  return [
    ...['-map', `0:${facts.video.index}`, '-an', '-sn', '-dn'],
    ...['-vf', filters.join(',')],
    ...['-fps_mode', 'passthrough', '-enc_time_base', '-1', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-bf', '0'],
    ...['-sc_threshold', '0', '-crf', String(rung.quality)],
    ...['-maxrate', `${rung.ceilingKbps}k`, '-bufsize', `${rung.ceilingKbps * 2}k`],
    '-force_key_frames',
    `expr:gte(t,${seconds(chunk.startMs)}+n_forced*${keyframeSeconds})`,
    '-bsf:v',
    packetTimes(chunk.index === 0),
    ...segmentOptions(),
  ];
}

/** One picture of each two fields, where they are marked as such. */
export function deinterlacing({ isInterlaced }: VideoFacts): string[] {
  return isInterlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : [];
}

/**
 * On packets, because the filter that sets times forgets how long the last picture is to stay.
 * A packet lasts until the next one: ffmpeg 5 writes the nominal rate instead, and its muxer then
 * starts the next segment too early where the rate varies. The first picture of all is shown from
 * the start, even where the source's begins later than its sound; no frame is added.
 */
function packetTimes(isStart: boolean): string {
  const time = isStart ? 'if(eq(N,0),0,PTS)' : 'PTS';
  const duration = `if(eq(NEXT_PTS,NOPTS),DURATION,NEXT_PTS-${time})`;
  return `setts=ts=${time}:duration=${duration}`.replaceAll(',', '\\,');
}

/**
 * The whole sound at once, whatever the chunks of the picture.
 * @param plan its chunk needs an end: the sound is padded, and would go on
 */
export function soundOptions(plan: TranscodePlan, streamIndex: number): string[] {
  const filters = [
    // Silence in front of sound that begins late, and in its gaps.
    'aresample=48000:async=1:first_pts=0',
    // loudnorm leaves holes in less than 3 s of sound, and in its own last tenth of a second.
    'apad=pad_dur=4',
    'loudnorm=I=-16:TP=-1.5:LRA=11',
    'aresample=48000',
    trim('atrim', plan),
    // The encoder puts 1024 samples in front, and nothing in a segment says so.
    `atrim=start_sample=${encoderDelaySamples}`,
    `asetpts=PTS-${encoderDelaySamples}/48000/TB`,
  ];
  return [
    ...['-map', `0:${streamIndex}`, '-vn', '-sn', '-dn'],
    ...['-af', filters.join(',')],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000'],
    ...segmentOptions(),
  ];
}

const encoderDelaySamples = 1024;

function trim(filter: 'trim' | 'atrim', { chunk }: TranscodePlan): string {
  // An end in any case: the header that was inspected may have promised less than there is.
  const endMs = Math.min(chunk.endMs ?? longestMs, longestMs);
  return `${filter}=start=${seconds(chunk.startMs)}:end=${seconds(endMs)}`;
}

function segmentOptions(): string[] {
  return [
    ...['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_playlist_type', 'vod'],
    ...['-hls_segment_type', 'fmp4', '-hls_flags', 'single_file+independent_segments'],
    ...['-hls_segment_options', 'movflags=+frag_discont'],
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
