/** One picture of the source, for lists. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canToneMap, scaledForJpeg } from './colour.ts';
import { MediaFailure } from './failure.ts';
import type { FilmFacts } from './inspect.ts';
import { whole } from './plan.ts';
import { clockOptions, isIndexed, seekMarginMs, trim, uprightFrames } from './recipe.ts';
import { insistOnRoom } from './room.ts';
import { FfmpegError, runFfmpeg } from './run.ts';
import { shownEndMs } from './shown.ts';
import type { MediaTools, Source } from './tools.ts';

const widest = 640;

/**
 * @param atMs source time; at the very end one of the last pictures is taken, and where nothing can be decoded
 *   there the first
 * @param target a path ending in `.jpg`; at most 640 pixels wide, upright, square pixels
 * @throws MediaFailure `no_picture`; the signal's reason when aborted; other errors for a missing folder, a
 * full disk and the like
 */
export async function poster(
  source: Source,
  facts: FilmFacts,
  atMs: number,
  target: string,
  tools: MediaTools,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const scale = Math.min(1, widest / facts.video.displayedWidth);
  const even = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  const { displayedWidth, displayedHeight } = facts.video;
  const size = `${even(displayedWidth)}:${even(displayedHeight)}`;
  const filters = [
    ...uprightFrames(facts.video),
    ...scaledForJpeg(facts.video, size, await canToneMap(tools.ffmpegPath)),
    'setsar=1',
  ];
  const take = async (fromMs: number) => {
    const from = { ...whole, startMs: fromMs, endMs: shownEndMs(facts) };
    const earlierMs = isIndexed(facts) ? 0 : seekMarginMs;
    await runFfmpeg(
      {
        source,
        inputOptions: clockOptions(facts, from, earlierMs),
        outputs: [
          {
            options: [
              ...['-map', `0:${facts.video.index}`, '-frames:v', '1'],
              ...['-vf', [trim('trim', from), ...filters].join(',')],
              ...['-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2', '-update', '1'],
            ],
            target,
          },
        ],
        workingDir: dirname(target),
        signal: options.signal,
      },
      tools,
    );
    return stat(target).then(
      ({ size }) => size > 0,
      () => false,
    );
  };
  const attempt = (fromMs: number) =>
    take(fromMs).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      if (error instanceof FfmpegError && !error.isMachineAtFault) return false;
      throw error;
    });

  // The last picture begins a little before the end; further on, another is better than none.
  const moments = [atMs, atMs - 200, atMs - 1_500, 0].filter((ms) => ms >= 0);
  for (const fromMs of moments) if (await attempt(fromMs)) return;
  await insistOnRoom(dirname(target));
  throw new MediaFailure('no_picture');
}
