/**
 * Runs ffprobe, contained. Everything it prints comes from bytes that strangers wrote.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { contain, probeLimits } from './containment.ts';
import { MediaFailure } from './failure.ts';
import { addressOf, longestMs, type MediaTools, type Source, untrustedInput } from './tools.ts';

export type ProbeRun = {
  signal?: AbortSignal;
  timeLimitMs?: number;
  /** Told every line of output; nothing is kept. */
  onLine: (line: string) => void;
};

/** ffprobe could not open or read the file. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly stderrTail: string;

  constructor(stderrTail: string) {
    super('ffprobe could not read the file');
    this.stderrTail = stderrTail;
  }

  /** Somebody killed it, most likely for want of memory: nothing is said of the file. */
  get isMachineAtFault(): boolean {
    return /^ffprobe ended with (SIGKILL|137)$/m.test(this.stderrTail);
  }
}

const keptCharacters = 4000;

/**
 * @param options what to show and how (`-show_format`, `-of`, …)
 * @returns the end of what it wrote to its error output
 * @throws ProbeError; MediaFailure `too_slow`; the signal's reason when aborted
 */
export async function runFfprobe(
  source: Source,
  options: string[],
  tools: MediaTools,
  run: ProbeRun,
): Promise<string> {
  run.signal?.throwIfAborted();
  const contained = await contain(tools.ffprobePath, probeLimits);
  const child = spawn(
    contained.command,
    [
      ...contained.leadingArguments,
      ...['-hide_banner', '-loglevel', 'error', ...untrustedInput(source)],
      ...[...options, addressOf(source)],
    ],
    { env: contained.environment, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let isTooSlow = false;
  let stderrTail = '';
  const stop = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    isTooSlow = true;
    stop();
  }, run.timeLimitMs ?? 60_000);
  run.signal?.addEventListener('abort', stop, { once: true });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-keptCharacters);
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', run.onLine);

  try {
    const [ending] = await Promise.all([
      new Promise<number | string>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
      }),
      new Promise<void>((resolve) => lines.on('close', () => resolve())),
    ]);
    run.signal?.throwIfAborted();
    if (isTooSlow) throw new MediaFailure('too_slow', stderrTail.trim());
    if (ending !== 0)
      throw new ProbeError(`${stderrTail.trim()}\nffprobe ended with ${ending}`.trim());
    return stderrTail.trim();
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener('abort', stop);
  }
}

/** What ffprobe says of a file, as it says it: strings for numbers, parts missing. */
export type ProbedFile = {
  format?: {
    format_name?: string;
    start_time?: string;
    duration?: string;
    size?: string;
    nb_streams?: number;
  };
  streams?: ProbedStream[];
  chapters?: { start_time?: string; tags?: Record<string, string> }[];
};

export type ProbedStream = {
  index: number;
  codec_type?: string;
  codec_name?: string;
  profile?: string;
  width?: number;
  height?: number;
  sample_aspect_ratio?: string;
  pix_fmt?: string;
  color_space?: string;
  color_transfer?: string;
  color_primaries?: string;
  field_order?: string;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  nb_frames?: string;
  channels?: number;
  sample_rate?: string;
  duration?: string;
  start_time?: string;
  disposition?: Record<string, number>;
  tags?: Record<string, string>;
  side_data_list?: { side_data_type?: string; rotation?: number }[];
};

/**
 * Describes the file's container, streams and chapters, with what ffprobe complained of.
 * Throws as `runFfprobe` does.
 */
export async function probe(
  source: Source,
  tools: MediaTools,
  options: { signal?: AbortSignal } = {},
): Promise<ProbedFile & { complaints: string }> {
  const lines: string[] = [];
  const complaints = await runFfprobe(
    source,
    ['-show_format', '-show_streams', '-show_chapters', '-of', 'json'],
    tools,
    {
      ...options,
      onLine: (line) => lines.push(line),
    },
  );
  return { ...(JSON.parse(lines.join('\n')) as ProbedFile), complaints };
}

export type Timeline = {
  frames: number;
  /** In the order in which they are shown; without those that have none. */
  timesUs: number[];
  firstUs: number;
  lastUs: number;
  /** Some had no presentation time (AVI): the times are those of decoding, or unknown. */
  isVague: boolean;
};

/**
 * Only what lies around the range is read, with room for containers that find a moment less exactly, and for
 * pictures that are stored before those shown ahead of them.
 */
function readIntervals({ startUs, range }: { startUs: number; range: Range }): string[] {
  if (range.startMs === 0 && range.endMs === null) return [];
  const at = (ms: number) => ((startUs / 1000 + ms) / 1000).toFixed(3);
  const from = range.startMs > marginMs ? at(range.startMs - marginMs) : '';
  return ['-read_intervals', `${from}%${range.endMs === null ? '' : at(range.endMs + marginMs)}`];
}
const marginMs = 10_000;

/** A stretch of source time. */
type Range = { startMs: number; endMs: number | null };

/** A header may claim ten seconds over days of pictures: what is counted is also kept in memory. */
const mostFrames = (longestMs / 1000) * 120;

/**
 * Counts pictures and notes the first and last time stamp, in microseconds of source time.
 * @param by `packet` reads without decoding (disk speed); `frame` decodes, which is slow and exact
 * @param from source time 0 in the container's own clock
 * @param range only what starts inside it; an open end counts to the end of the file
 * @throws ProbeError; MediaFailure `too_long` at more than `most` of them
 */
export async function readTimeline(
  source: Source,
  streamIndex: number,
  by: 'packet' | 'frame',
  tools: MediaTools,
  options: {
    startUs: number;
    range: Range;
    signal?: AbortSignal;
    timeLimitMs?: number;
    most?: number;
    /** Also told every counted packet: its time and its place in the file. */
    onPacket?: (sourceUs: number, position: number, durationUs: number) => void;
    /** Told the time of what was read behind the range. */
    onBehind?: (sourceUs: number) => void;
  },
): Promise<Timeline> {
  const timeline: Timeline = {
    frames: 0,
    timesUs: [],
    firstUs: Infinity,
    lastUs: -Infinity,
    isVague: false,
  };
  const fields =
    by === 'packet' ? 'pts_time,dts_time,duration_time,pos,flags' : 'best_effort_timestamp_time';
  const startUs = options.range.startMs * 1000;
  const endUs = options.range.endMs === null ? Infinity : options.range.endMs * 1000;
  const tooLong = new AbortController();
  const most = options.most ?? mostFrames;
  const show = ['-select_streams', String(streamIndex), '-show_entries', `${by}=${fields}`];
  const near = readIntervals(options);
  await runFfprobe(source, [...show, ...near, '-of', 'csv=p=0'], tools, {
    ...options,
    signal: AbortSignal.any([tooLong.signal, ...(options.signal ? [options.signal] : [])]),
    onLine: (line) => {
      if (tooLong.signal.aborted) return;
      const [pts = '', dts = '', duration = '', position = '', flags = ''] = line.split(',');
      const time = Number.parseFloat(pts);
      // Lines without a time are side data of the one before.
      if (Number.isNaN(time) && pts !== 'N/A') return;
      timeline.isVague ||= Number.isNaN(time);
      const us = Math.round((Number.isNaN(time) ? Number.parseFloat(dts) : time) * 1e6);
      const sourceUs = us - options.startUs;
      // D: decoded only because later pictures need it, never shown.
      if (flags.includes('D')) return;
      if (sourceUs >= endUs) options.onBehind?.(sourceUs);
      if (sourceUs < startUs || sourceUs >= endUs) return;
      timeline.frames += 1;
      if (timeline.frames > most) tooLong.abort(new MediaFailure('too_long', `over ${most}`));
      if (Number.isNaN(sourceUs)) return;
      options.onPacket?.(sourceUs, Number(position), Math.round(Number(duration) * 1e6));
      timeline.timesUs.push(sourceUs);
      timeline.firstUs = Math.min(timeline.firstUs, sourceUs);
      timeline.lastUs = Math.max(timeline.lastUs, sourceUs);
    },
  });
  timeline.timesUs.sort((a, b) => a - b);
  return timeline;
}
