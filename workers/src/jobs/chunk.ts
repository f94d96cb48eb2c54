import { chunksOf, type EncodedPicture, encodePictures, ladderFor } from '../media/index.ts';
import { endStretch, keepChunk, markIncomplete } from './ladder.ts';
import { withInspected } from './source.ts';
import { type Maker, prefixOf } from './workshop.ts';

/** One stretch of the picture in every rung, by one decoding of it. */
export const makeChunk: Maker = async (workshop, step, folder, { signal, tellProgress }) => {
  const { store, tools } = workshop;
  const { pictures, isDamaged } = await withInspected(
    ...([store, step, signal] as const),
    (source, facts, signal) => {
      const chunk = chunksOf(facts)[step.part];
      // Its plan was made of other facts: somebody has planned anew since.
      if (!chunk || !facts.video) return Promise.resolve({ pictures: [], isDamaged: false });
      const plan = { facts, rungs: ladderFor(facts), chunk };
      return encodePictures(source, plan, folder, tools, { signal, onProgress: tellProgress });
    },
  );
  const kept: { picture: EncodedPicture; objectKey: string }[] = [];
  for (const picture of pictures) {
    const name = `${picture.rung.name}-${step.part}-${step.attempt}.mp4`;
    const objectKey = `${prefixOf(step, step.version)}/${name}`;
    await store.putFile(objectKey, picture.filePath);
    kept.push({ picture, objectKey });
  }
  const keys = kept.map(({ objectKey }) => objectKey);
  return endStretch(workshop, step, keys, async (tx) => {
    for (const { picture, objectKey } of kept) await keepChunk(tx, step, picture, objectKey);
    if (isDamaged) await markIncomplete(tx, step);
  });
};
