/** Everything that knows ffmpeg, over files and loopback addresses: no database, no queue, no object store. */
export { MediaFailure } from './failure.ts';
export { inspect, type SourceFacts } from './inspect.ts';
export { planWhole } from './plan.ts';
export { poster } from './poster.ts';
export { remux } from './remux.ts';
export { FfmpegError } from './run.ts';
export { type Storyboard, storyboard } from './storyboard.ts';
export type { MediaTools, Source } from './tools.ts';
export { type TranscodeResult, transcode } from './transcode.ts';
export { type Waveform, waveform } from './waveform.ts';
