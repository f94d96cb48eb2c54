/** A lesson as a player gets it, taken apart and measured. */
import { type Sample, samplesOf, type Track, trackOf } from '../media/fragments.ts';
import type { Client } from '../world/client.ts';
import { fetchPresentation, type PlayedRendition } from '../world/playing.ts';

export interface Played extends PlayedRendition {
  track: Track;
  /** Of each segment. */
  samples: Sample[][];
  /** Measured by the samples, in seconds. */
  lengths: number[];
}
export interface Version {
  main: string;
  all: Played[];
  pictures: Played[];
  sounds: Played[];
}

export async function watched(client: Client, recordingId: string): Promise<Version> {
  const { main, renditions } = await fetchPresentation(client, recordingId);
  const all = renditions.map((rendition): Played => {
    const track = trackOf(rendition.init);
    const samples = rendition.segments.map(({ bytes }) => samplesOf(bytes, track));
    const lengths = samples.map(
      (these) => these.reduce((sum, { duration }) => sum + duration, 0) / track.timescale,
    );
    return { ...rendition, track, samples, lengths };
  });
  return {
    ...{ main, all },
    pictures: all.filter(({ kind }) => kind === 'video'),
    sounds: all.filter(({ kind }) => kind === 'audio'),
  };
}

export const target = ({ playlist }: Played) => Number(/TARGETDURATION:(\d+)/.exec(playlist)?.[1]);
export const pictureSeconds = ({ samples, lengths }: Played) =>
  sum(lengths) / samples.flat().length;
export const startsOf = ({ samples, track }: Played) =>
  samples.map(([first]) => (first?.shownAt ?? 0) / track.timescale);
export const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** RFC 8216 4.1: the busiest run of segments that lasts between half and one and a half of the target. */
export function peak(played: Played): number {
  const bits = played.segments.map(({ bytes }) => bytes.length * 8);
  const rates = played.lengths.flatMap((_, from) =>
    played.lengths.slice(from).flatMap((_, more) => {
      const seconds = sum(played.lengths.slice(from, from + more + 1));
      const fits = seconds >= target(played) / 2 && seconds <= target(played) * 1.5;
      return fits ? [sum(bits.slice(from, from + more + 1)) / seconds] : [];
    }),
  );
  return Math.max(...rates);
}
export const average = ({ segments, lengths }: Played) =>
  (sum(segments.map(({ bytes }) => bytes.length)) * 8) / sum(lengths);
export const loudest = ({ sounds }: Version, of: (played: Played) => number) =>
  Math.max(0, ...sounds.map(of));
