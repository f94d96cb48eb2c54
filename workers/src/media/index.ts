/** Everything that knows ffmpeg, over files and loopback addresses: no database, no queue, no object store. */
export { MediaFailure } from './failure.ts';
export { type FilmFacts, inspect, type SourceFacts } from './inspect.ts';
export { type FilmPart, joinFilms } from './join.ts';
export { packageFilm } from './package.ts';
export { type EncodedPicture, type EncodedPictures, encodePictures } from './pictures.ts';
export { chunksOf, expressRung, ladderFor, mostBandwidth, whole } from './plan.ts';
export { poster } from './poster.ts';
export { remux } from './remux.ts';
export { FfmpegError } from './run.ts';
export { asShown, type Showing } from './shown.ts';
export { type EncodedSound, encodeSound, encodeSoundPiece } from './sound.ts';
export { type Storyboard, storyboard } from './storyboard.ts';
export type { MediaTools, Source } from './tools.ts';
export { type Waveform, waveform } from './waveform.ts';
