/** Gives a file that lacks a duration or an index both, without touching pictures or sound. */
import { dirname } from 'node:path';
import { MediaFailure } from './failure.ts';
import type { SourceFacts } from './inspect.ts';
import { insistOnRoom } from './room.ts';
import { FfmpegError, runFfmpeg } from './run.ts';
import type { MediaTools, Source } from './tools.ts';

/**
 * Copies the chosen streams into Matroska, which takes every codec. Inspect the result again: it
 * has a clock and stream numbers of its own.
 * @param target a path ending in `.mkv`, in a folder of its own
 * @returns whether the source ends in the middle of something, which its copy no longer shows
 * @throws MediaFailure `damaged`; the signal's reason when aborted
 */
export async function remux(
  source: Source,
  facts: SourceFacts,
  target: string,
  tools: MediaTools,
  options: { signal?: AbortSignal } = {},
): Promise<{ isCutOff: boolean }> {
  const streams = [facts.video, facts.audio].flatMap((stream) => stream?.index ?? []);
  try {
    const complaints = await runFfmpeg(
      {
        source,
        outputs: [
          {
            options: [
              ...streams.flatMap((index) => ['-map', `0:${index}`]),
              ...['-c', 'copy', '-f', 'matroska'],
            ],
            target,
          },
        ],
        workingDir: dirname(target),
        signal: options.signal,
      },
      tools,
    );
    return { isCutOff: /File ended prematurely/.test(complaints) };
  } catch (error) {
    if (!(error instanceof FfmpegError)) throw error;
    if (error.isMachineAtFault) throw error;
    await insistOnRoom(dirname(target));
    throw new MediaFailure('damaged', `${error.stderrTail}\n${error.message}`.trim());
  }
}
