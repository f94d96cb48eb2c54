import { formatTimeCode } from '@second-look/core/time';
import {
  IconMaximize,
  IconMinimize,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward10,
  IconRewindForward10,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { rates } from './keyboard.ts';
import classes from './Player.module.css';
import type { PlayerPort, PlayerState } from './port.ts';
import { Scrubber } from './Scrubber.tsx';
import { useMoment } from './use-player.ts';

interface ControlBarProps {
  port: PlayerPort;
  state: PlayerState;
  label: string;
}

export function ControlBar({ port, state, label }: ControlBarProps) {
  const { t } = useTranslation('player');
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing here is a form
    <div className={classes.bar} role="group" aria-label={label}>
      {state.isFullScreen && <Scrubber port={port} durationMs={state.durationMs} />}
      <BarButton
        label={state.isPaused ? t('play') : t('pause')}
        onClick={() => (state.isPaused ? port.play() : port.pause())}
      >
        {state.isPaused ? <IconPlayerPlayFilled size={20} /> : <IconPlayerPauseFilled size={20} />}
      </BarButton>
      <BarButton label={t('back10')} onClick={() => port.seekTo(port.currentMs() - 10_000)}>
        <IconRewindBackward10 size={21} />
      </BarButton>
      <BarButton label={t('forward10')} onClick={() => port.seekTo(port.currentMs() + 10_000)}>
        <IconRewindForward10 size={21} />
      </BarButton>
      <TimeReading port={port} durationMs={state.durationMs} />
      <span className={classes.grow} />
      <BarButton
        label={state.isMuted ? t('unmute') : t('mute')}
        onClick={() => port.setMuted(!state.isMuted)}
      >
        {state.isMuted ? <IconVolumeOff size={20} /> : <IconVolume size={20} />}
      </BarButton>
      <input
        type="range"
        className={classes.volume}
        min={0}
        max={100}
        step={5}
        value={state.isMuted ? 0 : Math.round(state.volume * 100)}
        aria-label={t('volume')}
        onChange={(event) => port.setVolume(Number(event.currentTarget.value) / 100)}
      />
      <select
        className={classes.rate}
        value={state.rate}
        aria-label={t('speed')}
        title={t('speed')}
        onChange={(event) => port.setRate(Number(event.currentTarget.value))}
      >
        {rates.map((rate) => (
          <option key={rate} value={rate}>
            {t('times', { rate })}
          </option>
        ))}
      </select>
      <BarButton
        label={state.isFullScreen ? t('leaveFullScreen') : t('fullScreen')}
        onClick={() => port.toggleFullScreen()}
      >
        {state.isFullScreen ? <IconMinimize size={20} /> : <IconMaximize size={20} />}
      </BarButton>
    </div>
  );
}

interface BarButtonProps {
  label: string;
  onClick: () => void;
  children: React.ReactNode;
}

function BarButton({ label, onClick, children }: BarButtonProps) {
  return (
    <button
      type="button"
      className={classes.button}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** Written past React: it changes while the video plays, and nothing else has to. */
function TimeReading({ port, durationMs }: { port: PlayerPort; durationMs: number }) {
  const reading = useRef<HTMLSpanElement>(null);
  useMoment(port, (ms) => {
    const text = formatTimeCode(ms);
    if (reading.current && reading.current.textContent !== text) reading.current.textContent = text;
  });
  return (
    <span className={classes.time}>
      <span ref={reading} data-testid="current-time">
        0:00
      </span>
      {' / '}
      {formatTimeCode(durationMs)}
    </span>
  );
}
