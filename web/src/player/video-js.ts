import videojs from 'video.js';
import { initialState, type PlayerPort, type PlayerState } from './port.ts';
import { whenSeekable } from './when-seekable.ts';

export type VideoJsPlayer = ReturnType<typeof videojs>;
type XhrHook = (request: unknown, error: unknown, response: { statusCode?: number }) => void;
interface VhsTech {
  vhs?: { xhr: { onResponse: (hook: XhrHook) => void } };
}

export interface VideoJsOptions {
  /** The frame that goes full screen: the picture with its controls. */
  frame: HTMLElement;
  /** An empty element for the picture. */
  mount: HTMLElement;
  src: string;
  poster: string | null;
  startMs: number;
  label: string;
}

/** The one place that knows video.js. @returns the port, and `dispose`, which stops and removes the player */
export function createVideoJsPlayer(options: VideoJsOptions): {
  port: PlayerPort;
  dispose: () => void;
} {
  const { frame, mount } = options;
  const video = document.createElement('video');
  video.className = 'video-js';
  video.playsInline = true;
  mount.append(video);

  let state: PlayerState = initialState;
  /** Where to be, and whether to play, once the video can seek; `null` from then on. */
  let pendingMs: number | null = options.startMs;
  let isPlayPending = false;
  let frameRequest = 0;
  const stateListeners = new Set<() => void>();
  const momentListeners = new Set<(ms: number) => void>();

  const player: VideoJsPlayer = videojs(video, {
    controls: false,
    controlBar: false,
    bigPlayButton: false,
    errorDisplay: false,
    loadingSpinner: false,
    textTrackSettings: false,
    preload: 'auto',
    fill: true,
    ...(options.poster ? { poster: options.poster } : {}),
    html5: {
      // Chromium plays HLS by itself since version 142, without telling what the server answered.
      vhs: { overrideNative: !videojs.browser.IS_ANY_SAFARI },
      nativeAudioTracks: videojs.browser.IS_ANY_SAFARI,
      nativeVideoTracks: videojs.browser.IS_ANY_SAFARI,
    },
  });
  player.el().setAttribute('aria-label', options.label);
  const source = () => ({ src: options.src, type: 'application/x-mpegURL' });
  const media = () => player.el().querySelector('video');

  const change = (part: Partial<PlayerState>) => {
    const keys = Object.keys(part) as (keyof PlayerState)[];
    if (keys.every((key) => state[key] === part[key])) return;
    state = { ...state, ...part };
    for (const listener of stateListeners) listener();
  };
  const currentMs = () => pendingMs ?? Math.round((player.currentTime() ?? 0) * 1000);
  const tellMoment = () => {
    const ms = currentMs();
    for (const listener of momentListeners) listener(ms);
  };
  const eachFrame = () => {
    tellMoment();
    frameRequest = requestAnimationFrame(eachFrame);
  };
  const stopFrames = () => {
    cancelAnimationFrame(frameRequest);
    frameRequest = 0;
  };

  const seek = (ms: number) => {
    // Else the poster would stay in front of the moment that was asked for until the video plays.
    player.hasStarted(true);
    player.currentTime(ms / 1000);
  };
  const begin = () => {
    const ms = pendingMs ?? 0;
    pendingMs = null;
    if (ms > 0) seek(ms);
    change({ isReady: true, isWaiting: false, problem: null });
    tellMoment();
    if (isPlayPending) port.play();
  };
  whenSeekable(player, begin);

  player.on('durationchange', () => {
    const seconds = player.duration() ?? 0;
    if (Number.isFinite(seconds)) change({ durationMs: Math.round(seconds * 1000) });
  });
  player.on('loadedmetadata', () => {
    const aspectRatio = player.videoWidth() / player.videoHeight();
    if (Number.isFinite(aspectRatio)) change({ aspectRatio });
  });
  player.on('play', () => change({ isPaused: false }));
  player.on(['pause', 'ended'], () => {
    stopFrames();
    tellMoment();
    change({ isPaused: true, isWaiting: false });
  });
  player.on('playing', () => {
    change({ isWaiting: false, problem: null });
    if (frameRequest === 0) eachFrame();
  });
  player.on('waiting', () => change({ isWaiting: true }));
  player.on(['canplay', 'seeked'], () => change({ isWaiting: false }));
  player.on(['seeking', 'seeked', 'timeupdate'], tellMoment);
  player.on('ratechange', () => change({ rate: player.playbackRate() ?? 1 }));
  player.on('volumechange', () =>
    change({ volume: player.volume() ?? 1, isMuted: player.muted() ?? false }),
  );
  player.on('error', () => {
    stopFrames();
    if (state.problem === null) change({ problem: 'failed', isPaused: true, isWaiting: false });
  });
  player.on('xhr-hooks-ready', () => {
    const tech = player.tech({ IWillNotUseThisInPlugins: true }) as unknown as VhsTech;
    tech.vhs?.xhr.onResponse((_request, _error, response) => {
      if (response?.statusCode !== 404 && response?.statusCode !== 401) return;
      player.pause();
      change({ problem: 'refused' });
    });
  });
  const onFullScreen = () => change({ isFullScreen: document.fullscreenElement === frame });
  document.addEventListener('fullscreenchange', onFullScreen);

  player.src(source());

  const port: PlayerPort = {
    play() {
      isPlayPending = pendingMs !== null;
      if (isPlayPending) return change({ isWaiting: true, isPaused: false });
      void player.play()?.catch(() => change({ isPaused: true }));
    },
    pause() {
      isPlayPending = false;
      if (pendingMs === null) player.pause();
      else change({ isPaused: true, isWaiting: false });
    },
    seekTo(ms) {
      // At the very end nothing is loaded any more, so there would be no picture.
      const end = state.durationMs > 0 ? state.durationMs - 100 : Number.MAX_SAFE_INTEGER;
      const target = Math.round(Math.min(Math.max(ms, 0), end));
      if (pendingMs === null) seek(target);
      else pendingMs = target;
      for (const listener of momentListeners) listener(target);
    },
    currentMs,
    setRate: (rate) => void player.playbackRate(rate),
    setVolume(volume) {
      player.volume(Math.min(Math.max(volume, 0), 1));
      player.muted(volume <= 0);
    },
    setMuted: (isMuted) => void player.muted(isMuted),
    setPoster: (address) => void player.poster(address ?? ''),
    toggleFullScreen() {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (frame.requestFullscreen) void frame.requestFullscreen().catch(() => undefined);
      else enterPhoneFullScreen(media());
    },
    reload() {
      pendingMs = currentMs();
      isPlayPending = !state.isPaused;
      change({ problem: null, isReady: false, isWaiting: true });
      player.src(source());
      whenSeekable(player, begin);
    },
    state: () => state,
    subscribe(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    onMoment(listener) {
      momentListeners.add(listener);
      listener(currentMs());
      return () => momentListeners.delete(listener);
    },
  };
  return {
    port,
    dispose() {
      stopFrames();
      document.removeEventListener('fullscreenchange', onFullScreen);
      stateListeners.clear();
      momentListeners.clear();
      player.dispose();
    },
  };
}

/** An iPhone puts only the video itself full screen. */
function enterPhoneFullScreen(video: HTMLVideoElement | null) {
  (video as { webkitEnterFullscreen?: () => void } | null)?.webkitEnterFullscreen?.();
}
