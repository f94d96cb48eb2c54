import { Button, Loader } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addStrings } from '../app/i18n.ts';
import { ControlBar } from './ControlBar.tsx';
import classes from './Player.module.css';
import type { PlayerPort } from './port.ts';
import strings from './strings.en-GB.json';
import { useAttention } from './use-attention.ts';
import { usePlayerState } from './use-player.ts';

addStrings('player', strings);

interface PlayerProps {
  src: string;
  poster: string | null;
  /** Shown where the picture would be, of a recording that has none. */
  inPlaceOfPicture?: ReactNode;
  label: string;
  /** Where to begin; read once. */
  startMs: number;
  /** Called with the port when there is one, and with `null` when it ends. */
  onPort: (port: PlayerPort | null) => void;
}

export function Player({ src, poster, inPlaceOfPicture, label, startMs, onPort }: PlayerProps) {
  const { t } = useTranslation('player');
  const frame = useRef<HTMLDivElement>(null);
  const mount = useRef<HTMLDivElement>(null);
  const first = useRef({ poster, label, startMs, onPort });
  const [port, setPort] = useState<PlayerPort | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [isCodeMissing, setIsCodeMissing] = useState(false);
  const state = usePlayerState(port);
  const attention = useAttention();
  const { wake } = attention;
  // Without a picture there is nothing that the controls would be in the way of.
  const isIdle = attention.isIdle && !inPlaceOfPicture;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt makes the player anew
  useEffect(() => {
    let isGone = false;
    let dispose: (() => void) | undefined;
    const { poster, label, startMs, onPort } = first.current;
    import('./video-js.ts').then(
      ({ createVideoJsPlayer }) => {
        if (isGone || !frame.current || !mount.current) return;
        const made = createVideoJsPlayer({
          frame: frame.current,
          mount: mount.current,
          src,
          poster,
          startMs,
          label,
        });
        dispose = made.dispose;
        setPort(made.port);
        onPort(made.port);
      },
      () => setIsCodeMissing(true),
    );
    return () => {
      isGone = true;
      setPort(null);
      onPort(null);
      dispose?.();
    };
  }, [src, attempt]);

  // Another cover, or the same picture the other way up.
  useEffect(() => {
    if (poster !== first.current.poster) port?.setPoster(poster);
    first.current.poster = poster;
  }, [port, poster]);

  const retry = () => {
    if (port) return port.reload();
    setIsCodeMissing(false);
    setAttempt((count) => count + 1);
  };
  const problem = state.problem ?? (isCodeMissing ? 'failed' : null);
  const hasNotBegun = state.isPaused && !problem;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices that somebody is there
    <div
      ref={frame}
      className={classes.frame}
      data-player
      tabIndex={-1}
      data-paused={state.isPaused || undefined}
      data-fullscreen={state.isFullScreen || undefined}
      data-idle={isIdle || undefined}
      onPointerMove={wake}
      onKeyDown={wake}
      onFocus={wake}
    >
      {/* The keyboard has its own way to play and pause. */}
      <div
        ref={mount}
        className={classes.picture}
        onPointerUp={(event) => {
          wake();
          // A finger first brings back the controls that had gone.
          const isWaking = event.pointerType === 'touch' && isIdle && !state.isPaused;
          if (!port || isWaking || event.button !== 0) return;
          if (port.state().isPaused) port.play();
          else port.pause();
        }}
      />
      {inPlaceOfPicture}
      {hasNotBegun && port && (
        <button
          type="button"
          className={classes.bigPlay}
          // The bar has the same button for the keyboard and for screen readers.
          tabIndex={-1}
          aria-hidden="true"
          onClick={() => port.play()}
        >
          <IconPlayerPlayFilled size={30} aria-hidden />
        </button>
      )}
      {(state.isWaiting || !port) && !problem && (
        <div className={classes.waiting}>
          <Loader color="#fff" aria-label={t('waiting')} />
        </div>
      )}
      {problem && (
        <div className={classes.problem} role="alert">
          <p>{t(problem === 'refused' ? 'refused' : 'failed')}</p>
          <Button onClick={retry}>{t('tryAgain')}</Button>
        </div>
      )}
      {port && (
        <ControlBar
          port={port}
          state={state}
          label={t(inPlaceOfPicture ? 'soundControls' : 'controls')}
        />
      )}
    </div>
  );
}
