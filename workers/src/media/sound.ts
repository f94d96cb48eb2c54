/** Encodes the sound: the whole of it at an even loudness, or a piece that joins the pieces around it. */
import { type AudioRendition, pieceMs } from '@second-look/core/playlist';
import { type Encoded, type EncodeOptions, encode } from './encode.ts';
import { MediaFailure } from './failure.ts';
import type { SourceFacts } from './inspect.ts';
import { whole } from './plan.ts';
import { readTimeline } from './probe.ts';
import { clockOptions, seekMarginMs } from './recipe.ts';
import { bandwidths } from './segments.ts';
import { shownEndMs } from './shown.ts';
import { soundOptions, soundPieceOptions } from './sound-recipe.ts';
import type { MediaTools, Source } from './tools.ts';

export type EncodedSound = AudioRendition & { filePath: string };

/**
 * The sound of a whole source; no rendition where the track turns out to hold none.
 * @throws as `encodePictures` does
 */
export async function encodeSound(
  source: Source,
  facts: SourceFacts,
  streamIndex: number,
  targetDir: string,
  tools: MediaTools,
  options: EncodeOptions = {},
): Promise<{ rendition: EncodedSound | null; isDamaged: boolean }> {
  const endMs = await heardUntil(source, facts, streamIndex, tools, options.signal);
  if (endMs === null) return { rendition: null, isDamaged: false };
  const chunk = { ...whole, endMs };
  const recipe = {
    inputOptions: clockOptions(facts, chunk, seekMarginMs),
    outputs: [{ name: 'sound', options: soundOptions(chunk, streamIndex) }],
  };
  try {
    const { files } = await encode(source, { facts, chunk }, recipe, targetDir, tools, options);
    const [file] = files;
    if (!file) throw new RangeError('There is no file of the sound.');
    return { rendition: asRendition(file), isDamaged: false };
  } catch (error) {
    // A lesson without its sound is worth more to its teacher than none.
    if (error instanceof MediaFailure && isSoundAtFault(error)) {
      return { rendition: null, isDamaged: true };
    }
    throw error;
  }
}

/**
 * A piece of the sound, as one segment. Silence where the source has none.
 * @param range in milliseconds; both ends on the grid of pieces, or at the end of all
 * @throws as `encodePictures` does
 */
export async function encodeSoundPiece(
  source: Source,
  facts: SourceFacts,
  range: { startMs: number; endMs: number },
  streamIndex: number,
  targetDir: string,
  tools: MediaTools,
  options: EncodeOptions = {},
): Promise<EncodedSound> {
  const chunk = { ...range, index: range.startMs / pieceMs };
  const recipe = {
    // Sound lies a little apart from the pictures of its moment.
    inputOptions: clockOptions(facts, chunk, 1_000),
    outputs: [{ name: `sound-${chunk.index}`, options: soundPieceOptions(range, streamIndex) }],
  };
  const { files } = await encode(source, { facts, chunk }, recipe, targetDir, tools, options);
  const [file] = files;
  if (!file) throw new RangeError('There is no file of the sound.');
  return asRendition(file);
}

function asRendition({ codec, init, fragments, filePath }: Encoded['files'][number]): EncodedSound {
  const segments = fragments;
  return { kind: 'audio', channels: 2, codec, init, segments, ...bandwidths(segments), filePath };
}

function isSoundAtFault({ code, operatorDetail }: MediaFailure): boolean {
  return code === 'no_picture' || /Invalid data found|while decoding/.test(operatorDetail);
}

/** How far sound really reaches: what a header claims may have been cut off. In milliseconds; null where there is none. */
async function heardUntil(
  source: Source,
  facts: SourceFacts,
  streamIndex: number,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<number | null> {
  let endUs = 0;
  const heard = await readTimeline(source, streamIndex, 'packet', tools, {
    ...{ startUs: facts.startUs, range: whole, timeLimitMs: 60 * 60 * 1000, signal },
    onPacket: (us, _position, durationUs) => {
      endUs = Math.max(endUs, us + (durationUs || 0));
    },
  });
  if (heard.frames === 0) return null;
  return Math.min(Math.ceil(endUs / 1000), shownEndMs(facts) ?? Number.POSITIVE_INFINITY);
}
