import { formatTimeCode } from '@second-look/core/time';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Player.module.css';
import type { PlayerPort } from './port.ts';
import { useMoment } from './use-player.ts';

/** A line to seek on, for where the lanes under the video are out of sight. */
export function Scrubber({ port, durationMs }: { port: PlayerPort; durationMs: number }) {
  const { t } = useTranslation('player');
  const input = useRef<HTMLInputElement>(null);
  useMoment(port, (ms) => {
    if (!input.current) return;
    input.current.value = String(ms);
    input.current.setAttribute('aria-valuetext', formatTimeCode(ms));
  });
  return (
    <input
      ref={input}
      type="range"
      className={classes.scrubber}
      aria-label={t('seek')}
      min={0}
      max={Math.max(durationMs, 1)}
      step={1000}
      defaultValue={0}
      onChange={(event) => port.seekTo(Number(event.currentTarget.value))}
    />
  );
}
