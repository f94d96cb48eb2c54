import { encodeSound } from '../media/index.ts';
import { endStretch, keepChunk, markIncomplete } from './ladder.ts';
import { withInspected } from './source.ts';
import { type Maker, prefixOf } from './workshop.ts';

/** The whole sound, at an even loudness, beside whatever becomes of the picture; it may be all that there is. */
export const makeSound: Maker = async (workshop, step, folder, { signal, tellProgress }) => {
  const { store, tools } = workshop;
  const { rendition, isDamaged } = await withInspected(
    ...([store, step, signal] as const),
    async (source, facts, signal) => {
      if (!facts.audio) return { rendition: null, isDamaged: false };
      const options = { signal, onProgress: tellProgress };
      return encodeSound(source, facts, facts.audio.index, folder, tools, options);
    },
  );
  const objectKey = `${prefixOf(step, step.version)}/sound-${step.attempt}.mp4`;
  if (rendition) await store.putFile(objectKey, rendition.filePath);
  return endStretch(workshop, step, rendition ? [objectKey] : [], async (tx) => {
    if (rendition) await keepChunk(tx, step, rendition, objectKey);
    if (isDamaged) await markIncomplete(tx, step);
  });
};
