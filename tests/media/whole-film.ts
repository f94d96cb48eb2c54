import type { AudioRendition, VideoRendition } from '@second-look/core/playlist';
import { durationUsOf } from '@second-look/core/playlist';
import {
  encodePictures,
  encodeSound,
  type FilmFacts,
  inspect,
  type MediaTools,
  type Source,
} from '@second-look/workers/media';
import { rungFor, whole } from '../../workers/src/media/plan.ts';

/** What is known of a film; of anything else there is no picture to be tested. */
export async function inspectFilm(source: Source, tools: MediaTools): Promise<FilmFacts> {
  const facts = await inspect(source, tools);
  if (!facts.video) throw new Error('It has no picture.');
  return facts;
}

/** One rung, 720p at most, of a whole film in one stretch. */
export function planWhole(facts: FilmFacts) {
  return { facts, rungs: [rungFor(facts, 720)], chunk: whole };
}

export interface WholeFilm {
  renditions: ((VideoRendition | AudioRendition) & { filePath: string })[];
  isTruncated: boolean;
  durationMs: number;
}

/** Encodes picture and sound of a short film as one stretch. */
export async function transcode(
  source: Source,
  plan: ReturnType<typeof planWhole>,
  targetDir: string,
  tools: MediaTools,
  options: { onProgress?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<WholeFilm> {
  const { facts } = plan;
  const { pictures, ...picture } = await encodePictures(source, plan, targetDir, tools, options);
  const sound = facts.audio
    ? await encodeSound(source, facts, facts.audio.index, targetDir, tools, {
        signal: options.signal,
      })
    : null;
  const renditions = [...pictures, ...(sound?.rendition ? [sound.rendition] : [])];
  const durationMs = Math.round(Math.max(...renditions.map(durationUsOf)) / 1000);
  const claimedMs = facts.durationMs ?? 0;
  return {
    renditions,
    durationMs,
    isTruncated:
      facts.isCutOff ||
      picture.isDamaged ||
      sound?.isDamaged === true ||
      claimedMs - durationMs > Math.max(1000, claimedMs * 0.02),
  };
}
