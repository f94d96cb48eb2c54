import { useQuery } from '@tanstack/react-query';
import { type PointerEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import { useMoment } from '../../player/use-player.ts';
import { msAt, pxOf } from './lanes.ts';
import { waveformQuery } from './queries.ts';
import { useReview } from './review-context.ts';
import classes from './SoundLane.module.css';
import { barsOf } from './sound-bars.ts';

const pitchPx = 4;
const [lowestPx, highestPx, middlePx] = [1, 19, 11];

/** How loud it is all along, what was played in another colour. To be seen and pointed at: keys have the playhead. */
export function SoundLane({ width }: { width: number }) {
  const { recording, port, durationMs } = useReview();
  const { data: peaks } = useQuery({ ...waveformQuery(recording), enabled: port !== null });
  const peaksPerSecond = recording.waveform?.peaksPerSecond ?? 0;
  const path = useMemo(() => {
    const count = Math.floor(width / pitchPx);
    if (!peaks || count === 0) return '';
    return draw(barsOf(peaks, peaksPerSecond, durationMs, count), width / count);
  }, [peaks, peaksPerSecond, durationMs, width]);

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
      className={classes.lane}
      aria-hidden="true"
      data-sound={path ? 'drawn' : 'awaited'}
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

/** @returns the strokes of the bars, for an SVG path; pixels */
function draw(bars: readonly number[], pitch: number): string {
  return bars
    .map((height, bar) => {
      const half = (lowestPx + height * (highestPx - lowestPx)) / 2;
      const x = ((bar + 0.5) * pitch).toFixed(1);
      return `M${x} ${(middlePx - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
    })
    .join('');
}
