/** What of a source is shown, and which way up: its owner's word against the file's. */
import type { FilmFacts, SourceFacts, VideoFacts } from './inspect.ts';

export type Showing = {
  /** Quarter turns clockwise beyond what the file says, in degrees. */
  turned: 0 | 90 | 180 | 270;
  /** The ends of what is shown, in source time; without the second as far as the source goes. */
  startMs: number;
  endMs: number | null;
};

/**
 * The facts as if the source held nothing else: its time 0 is where the shown part begins. Everything behind
 * this, from the recipes to the checks, knows no other clock.
 */
export function asShown(facts: FilmFacts, showing: Showing): FilmFacts;
export function asShown(facts: SourceFacts, showing: Showing): SourceFacts;
export function asShown(facts: SourceFacts, { turned, startMs, endMs }: Showing): SourceFacts {
  const wholeMs = facts.durationMs;
  const untilMs = endMs === null ? wholeMs : Math.min(endMs, wholeMs ?? endMs);
  const isTrimmedBehind = endMs !== null && (wholeMs === null || endMs < wholeMs);
  const chapters = facts.chapters?.flatMap(({ startMs: at, title }, index, all) => {
    const nextMs = all[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const isShown = nextMs > startMs && (untilMs === null || at < untilMs);
    return isShown ? [{ startMs: Math.max(0, at - startMs), title }] : [];
  });
  const shown = {
    ...(chapters && { chapters }),
    durationMs: untilMs === null ? null : Math.max(1, untilMs - startMs),
    startMs: facts.startMs + startMs,
    startUs: facts.startUs + startMs * 1000,
    ...(startMs > 0 && { skippedMs: startMs }),
    ...(isTrimmedBehind && { isTrimmedBehind }),
  };
  return facts.video
    ? { ...facts, ...shown, video: turnedVideo(facts.video, turned) }
    : { ...facts, ...shown };
}

function turnedVideo(video: VideoFacts, turned: Showing['turned']): VideoFacts {
  if (turned === 0) return video;
  const { displayedWidth, displayedHeight } = video;
  if (turned === 180) return { ...video, turned };
  return { ...video, turned, displayedWidth: displayedHeight, displayedHeight: displayedWidth };
}

/** Where the shown part ends, if that is before the source does; in milliseconds of what is shown. */
export function shownEndMs({ durationMs, isTrimmedBehind }: SourceFacts): number | null {
  return isTrimmedBehind ? durationMs : null;
}
