import { useQuery } from '@tanstack/react-query';
import { type PointerEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import { useMoment } from '../../player/use-player.ts';
import { waveformQuery } from '../recordings/queries.ts';
import { msAt, pxOf } from './lanes.ts';
import { useReview } from './review-context.ts';
import classes from './SoundBars.module.css';
import { barsOf } from './sound-bars.ts';

interface SoundBarsProps {
  /** Sets the colours, and where it stands. */
  className: string | undefined;
  /** All in pixels; `pitch` is the distance from one bar to the next. */
  width: number;
  height: number;
  pitch: number;
  thickness: number;
}

/**
 * How loud it is all along, what was played in another colour; flat until that is known. To be seen and
 * pointed at: keys have the playhead.
 */
export function SoundBars({ className, width, height, pitch, thickness }: SoundBarsProps) {
  const { recording, port, durationMs } = useReview();
  const { data: peaks } = useQuery({
    ...waveformQuery(recording),
    enabled: port !== null && recording.waveform !== null,
  });
  const peaksPerSecond = recording.waveform?.peaksPerSecond ?? 0;
  const path = useMemo(() => {
    const count = Math.floor(width / pitch);
    if (count === 0) return '';
    const bars = barsOf(peaks ?? nothing, peaksPerSecond, durationMs, count);
    return draw(bars, width / count, height, height - thickness);
  }, [peaks, peaksPerSecond, durationMs, width, height, pitch, thickness]);

  const played = useRef<SVGSVGElement>(null);
  const place = useCallback(
    (ms: number) => {
      if (!played.current) return;
      const leftPx = Math.round(width - pxOf(ms, durationMs, width));
      played.current.style.clipPath = `inset(0 ${leftPx}px 0 0)`;
    },
    [durationMs, width],
  );
  useMoment(port, place);
  useEffect(() => place(port?.currentMs() ?? 0), [place, port]);

  const seek = (event: PointerEvent<HTMLElement>) => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    port?.seekTo(msAt(px, durationMs, width));
  };

  return (
    <div
      className={`${classes.area} ${className ?? ''}`}
      style={{ height, strokeWidth: thickness }}
      aria-hidden="true"
      data-sound={peaks ? 'drawn' : 'awaited'}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
      }}
    >
      <svg className={classes.bars} aria-hidden="true">
        <path d={path} />
      </svg>
      <svg ref={played} className={classes.bars} data-played aria-hidden="true">
        <path d={path} />
      </svg>
    </div>
  );
}

const nothing = new Uint8Array();
/** Of silence, and not nothing: a dot, with the rounded ends of its stroke. */
const lowest = 1;

/** @returns the strokes of the bars, for an SVG path; pixels */
function draw(bars: readonly number[], pitch: number, height: number, highest: number): string {
  return bars
    .map((loudness, bar) => {
      const half = (lowest + loudness * (highest - lowest)) / 2;
      const x = ((bar + 0.5) * pitch).toFixed(1);
      return `M${x} ${(height / 2 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
    })
    .join('');
}
