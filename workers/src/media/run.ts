/**
 * Runs ffmpeg, through fluent-ffmpeg, contained. Knows nothing of what is encoded.
 */
import ffmpeg from 'fluent-ffmpeg';
import { ffmpegSeconds } from '../metrics.ts';
import { contain, encodeLimits } from './containment.ts';
import { MediaFailure } from './failure.ts';
import {
  addressOf,
  type MediaTools,
  type Source,
  type SourceList,
  untrustedInput,
} from './tools.ts';

export type FfmpegRun = {
  source: Source | SourceList;
  /** In front of the input; the allow-lists are added. */
  inputOptions?: string[];
  /** A filter graph whose outputs the options of `outputs` map. */
  graph?: string;
  /** What is written, and the options in front of each. */
  outputs: { options: string[]; target: string }[];
  /** A folder of its own. */
  workingDir: string;
  /** Told the source time that has been written, at most twice a second. */
  onProgress?: (writtenMs: number) => void;
  signal?: AbortSignal;
  /** Ended when nothing was written for so long. */
  stallLimitMs?: number;
  /** Ended after so long even where it moves; asked again with all the source time that has been written. */
  timeLimitMs?: (writtenMs: number) => number;
};

/** ffmpeg ended by itself with an error, or was ended because it no longer moved. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
  readonly stderrTail: string;

  constructor(message: string, stderrTail: string) {
    super(message);
    this.stderrTail = stderrTail;
  }

  /** The disk or the memory ran out, or somebody killed it: nothing is said of the film. */
  get isMachineAtFault(): boolean {
    const isKilled = /killed with signal SIGKILL|exited with code 137\b/.test(this.message);
    return isKilled || this.isDiskFull || outOfMemory.test(this.stderrTail);
  }

  get isDiskFull(): boolean {
    return outOfDisk.test(this.stderrTail);
  }
}

const outOfDisk = /No space left on device|Disk quota exceeded/;
const outOfMemory = /Cannot allocate memory/;
const keptLines = 60;
// A longer one would ring at once.
const longestTimerMs = 2 ** 31 - 1;

/**
 * @returns the end of what ffmpeg wrote to its error output (empty if it had nothing to complain of)
 * @throws FfmpegError; MediaFailure `too_slow`; the system's error where ffmpeg could not be started; the
 * signal's reason when aborted
 */
export async function runFfmpeg(run: FfmpegRun, tools: MediaTools): Promise<string> {
  run.signal?.throwIfAborted();
  const contained = await contain(tools.ffmpegPath, encodeLimits);
  const tail: string[] = [];
  const command = ffmpeg({ stdoutLines: keptLines, cwd: run.workingDir })
    .input(addressOf(run.source))
    .inputOptions(
      ...(['-nostdin', '-hide_banner', '-loglevel', 'error'] as const),
      ...[
        '-nostats',
        '-progress',
        'pipe:2',
        ...untrustedInput(run.source),
        ...(run.inputOptions ?? []),
      ],
    );
  if (run.graph) command.complexFilter(run.graph);
  for (const { options, target } of run.outputs)
    command.output(target).outputOptions('-map_metadata', '-1', '-map_chapters', '-1', ...options);
  startInside(command, contained);

  const beganMs = performance.now();
  const count = (outcome: 'ok' | 'failed') =>
    ffmpegSeconds.inc({ outcome }, (performance.now() - beganMs) / 1_000);
  return new Promise((resolve, reject) => {
    let stalled: NodeJS.Timeout | undefined;
    let timeLimit: NodeJS.Timeout | undefined;
    let isTooSlow = false;
    let isStalled = false;
    let writtenMs = -1;
    const startedMs = performance.now();
    const stop = () => command.kill('SIGKILL');
    const expectMovement = () => {
      clearTimeout(stalled);
      stalled = setTimeout(
        () => {
          isStalled = true;
          stop();
        },
        run.stallLimitMs ?? 5 * 60_000,
      );
    };
    const limitTime = () => {
      if (!run.timeLimitMs) return;
      clearTimeout(timeLimit);
      const leftMs = run.timeLimitMs(Math.max(0, writtenMs)) - (performance.now() - startedMs);
      timeLimit = setTimeout(
        () => {
          isTooSlow = true;
          stop();
        },
        Math.min(Math.max(0, leftMs), longestTimerMs),
      );
    };
    const settle = () => {
      clearTimeout(stalled);
      clearTimeout(timeLimit);
      run.signal?.removeEventListener('abort', stop);
    };

    command.on('start', () => {
      expectMovement();
      limitTime();
      if (run.signal?.aborted) stop();
    });
    // Not its 'progress' event: listening to that makes the library run ffprobe on the source,
    // without any of the limits.
    command.on('stderr', (line: string) => {
      const field = /^([a-z_0-9]+)=\s*(\S*)$/.exec(line);
      if (!field) {
        if (line) tail.push(line);
        if (tail.length > keptLines) tail.shift();
        return;
      }
      if (field[1] !== 'out_time_us') return;
      const nowUs = Number(field[2]);
      const nowMs = Math.floor(nowUs / 1000);
      // Where it knows no time yet, ffmpeg says the largest number that it has.
      if (!(Number.isSafeInteger(nowUs) && nowMs > writtenMs)) return;
      writtenMs = nowMs;
      expectMovement();
      limitTime();
      run.onProgress?.(nowMs);
    });
    command.on('error', (error: Error) => {
      settle();
      count('failed');
      if (run.signal?.aborted) reject(run.signal.reason);
      else if (isTooSlow) reject(new MediaFailure('too_slow', tail.join('\n')));
      // No memory or no processes left, or no folder: the machine's fault, not the film's.
      else if ('syscall' in error) reject(error);
      else {
        const message = isStalled ? 'ffmpeg no longer moved' : endingOf(error);
        reject(new FfmpegError(message, tail.join('\n')));
      }
    });
    command.on('end', () => {
      settle();
      count('ok');
      resolve(tail.join('\n'));
    });
    run.signal?.addEventListener('abort', stop, { once: true });
    command.run();
  });
}

/** How it ended, without what it said, which the library puts behind and which quotes the file. */
function endingOf({ message }: Error): string {
  return (
    /^ffmpeg (exited with code -?\d+|was killed with signal \w+)/.exec(message)?.[0] ??
    'ffmpeg failed'
  );
}

type SpawnOptions = Record<string, unknown>;
type Startable = {
  _getFfmpegPath(callback: (error: Error | null, path: string) => void): void;
  _spawnFfmpeg(args: string[], options: SpawnOptions, ...callbacks: unknown[]): void;
};

/** Lines of output, as the library hands them over. */
type Lines = { get(): string };
type EndCallback = (error: Error | null, out?: Lines, err?: Lines) => void;

/**
 * The library has no way to start ffmpeg under another command or with another environment, and
 * its setFfmpegPath is one setting for the whole process. Both are replaced on this one command.
 * And where ffmpeg can't be started, it ends without the lines of output that it then reads from.
 */
function startInside(
  command: ffmpeg.FfmpegCommand,
  contained: Awaited<ReturnType<typeof contain>>,
) {
  const startable = command as unknown as Startable;
  const spawn = startable._spawnFfmpeg.bind(command);
  startable._getFfmpegPath = (callback) => callback(null, contained.command);
  startable._spawnFfmpeg = (args, options, ...callbacks) => {
    const endCallback = callbacks.pop() as EndCallback;
    const none: Lines = { get: () => '' };
    const end: EndCallback = (error, out = none, err = none) => endCallback(error, out, err);
    try {
      spawn(
        [...contained.leadingArguments, ...args],
        { ...options, env: contained.environment },
        ...callbacks,
        end,
      );
    } catch (error) {
      // Some of the system's errors come at once, others as an event.
      end(error as Error);
    }
  };
}
