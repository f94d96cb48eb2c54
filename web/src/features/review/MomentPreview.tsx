import { pictureAt } from '@second-look/core/storyboard';
import { formatTimeCode } from '@second-look/core/time';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { msAt } from './lanes.ts';
import classes from './MomentPreview.module.css';
import { storyboardQuery } from './queries.ts';
import { useReview } from './review-context.ts';

/**
 * The picture of the moment under the pointer, above the timeline, with its time. It lies in the timeline's
 * card, over the tracks, and shows what the pointer does there; nothing is needed of it.
 */
export function MomentPreview({ width }: { width: number }) {
  const { recording, durationMs } = useReview();
  const area = useRef<HTMLDivElement>(null);
  const px = usePointerOver(area, width);
  const [wasPointed, setPointed] = useState(false);
  if (px !== null && !wasPointed) setPointed(true);
  const { data: pictures } = useQuery({
    ...storyboardQuery(recording),
    enabled: wasPointed && recording.storyboardUrl !== null,
  });
  const ms = px === null ? 0 : msAt(px, durationMs, width);
  const picture = pictures && pictureAt(pictures, ms);
  const halfPx = (picture?.width ?? 0) / 2;

  return (
    <div ref={area} className={classes.area} aria-hidden="true">
      {px !== null && (
        <>
          <i className={classes.line} style={{ left: px }} />
          <div
            className={classes.preview}
            data-preview
            style={{ left: Math.min(Math.max(px, halfPx), Math.max(width - halfPx, halfPx)) }}
          >
            {picture && (
              <div
                className={classes.picture}
                data-preview-picture
                style={{
                  width: picture.width,
                  height: picture.height,
                  backgroundImage: `url("${picture.sheet}")`,
                  backgroundPosition: `${-picture.x}px ${-picture.y}px`,
                }}
              />
            )}
            <span className={classes.time}>{formatTimeCode(ms)}</span>
          </div>
        </>
      )}
    </div>
  );
}

/**
 * Where the pointer is over the card that an area lies in, in pixels from the area's start; `null` where it is
 * not over it. A finger counts only while it is drawn along, and not from a marker, which it moves nothing by.
 */
function usePointerOver(area: React.RefObject<HTMLElement | null>, width: number): number | null {
  const [px, setPx] = useState<number | null>(null);
  useEffect(() => {
    const card = area.current?.parentElement;
    if (!card) return;
    const stop = new AbortController();
    const move = (event: PointerEvent) => {
      const isOnMarker = event.target instanceof Element && event.target.closest('button') !== null;
      if (event.pointerType === 'touch' && isOnMarker) return;
      const left = area.current?.getBoundingClientRect().left ?? 0;
      const at = Math.round(event.clientX - left);
      const isHeld = event.buttons !== 0;
      setPx(isHeld || (at >= 0 && at <= width) ? Math.min(Math.max(at, 0), width) : null);
    };
    const leave = () => setPx(null);
    const lift = (event: PointerEvent) => event.pointerType === 'touch' && leave();
    card.addEventListener('pointermove', move, { signal: stop.signal });
    card.addEventListener('pointerleave', leave, { signal: stop.signal });
    card.addEventListener('pointercancel', leave, { signal: stop.signal });
    card.addEventListener('pointerup', lift, { signal: stop.signal });
    return () => stop.abort();
  }, [area, width]);
  return px;
}
