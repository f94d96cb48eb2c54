/** What a person sees of the player besides the moment it is at. Changes seldom, so it may be rendered. */
export interface PlayerState {
  isReady: boolean;
  isPaused: boolean;
  isWaiting: boolean;
  isFullScreen: boolean;
  isMuted: boolean;
  /** From 0 to 1. */
  volume: number;
  rate: number;
  /** 0 until it is known. */
  durationMs: number;
  /** Width through height of the picture; `null` until it is known. */
  aspectRatio: number | null;
  /** `refused`: the server no longer gives the video to this viewer. */
  problem: 'refused' | 'failed' | null;
}

export const initialState: PlayerState = {
  isReady: false,
  isPaused: true,
  isWaiting: false,
  isFullScreen: false,
  isMuted: false,
  volume: 1,
  rate: 1,
  durationMs: 0,
  aspectRatio: null,
  problem: null,
};

/** All that the rest of the app knows of a video. Moments are integer milliseconds of source time. */
export interface PlayerPort {
  play(): void;
  pause(): void;
  seekTo(ms: number): void;
  currentMs(): number;
  setRate(rate: number): void;
  setVolume(volume: number): void;
  setMuted(isMuted: boolean): void;
  /** Shows another picture until the video is played; `null` for none. */
  setPoster(address: string | null): void;
  toggleFullScreen(): void;
  /** Loads the video again at the moment it was at, after a failure. */
  reload(): void;
  state(): PlayerState;
  /** Calls back after `state()` has become another. @returns a function that ends it */
  subscribe(listener: () => void): () => void;
  /** Calls back with the moment: once a frame while playing, and after every seek. @returns a function that ends it */
  onMoment(listener: (ms: number) => void): () => void;
}
