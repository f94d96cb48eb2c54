import type { Annotation } from '@second-look/core/contract';
import { memo, type PointerEvent, useRef, useState } from 'react';
import { LaneMarkers } from './LaneMarkers.tsx';
import { msAt, pxOf } from './lanes.ts';
import { useReview } from './review-context.ts';
import classes from './Timeline.module.css';

interface Span {
  startMs: number;
  endMs: number | null;
}

interface LaneProps {
  notes: readonly Annotation[];
  /** The track's, in pixels. */
  width: number;
  draft: Span | null;
  label: string;
  /** Where a range can be marked out by dragging. Without it, and with a finger, dragging seeks. */
  onRange?: ((range: { startMs: number; endMs: number }) => void) | undefined;
}

const dragFromPx = 5;

export const Lane = memo(function Lane({ notes, width, draft, label, onRange }: LaneProps) {
  const { port, durationMs } = useReview();
  const downPx = useRef<number | null>(null);
  const [dragged, setDragged] = useState<{ startMs: number; endMs: number } | null>(null);

  const pxIn = (event: PointerEvent<HTMLElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;
  const momentAt = (px: number) => msAt(px, durationMs, width);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || event.target !== event.currentTarget) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    downPx.current = pxIn(event);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (downPx.current === null) return;
    const px = pxIn(event);
    if (!onRange || event.pointerType === 'touch') return port?.seekTo(momentAt(px));
    if (!dragged && Math.abs(px - downPx.current) < dragFromPx) return;
    const [start, end] = [Math.min(px, downPx.current), Math.max(px, downPx.current)];
    setDragged({ startMs: momentAt(start), endMs: momentAt(end) });
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    if (downPx.current === null) return;
    downPx.current = null;
    if (!dragged) return port?.seekTo(momentAt(pxIn(event)));
    setDragged(null);
    if (dragged.endMs > dragged.startMs) onRange?.(dragged);
  };
  const shown = dragged ?? draft;

  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing here is a form
    <div
      className={classes.track}
      role="group"
      aria-label={label}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        downPx.current = null;
        setDragged(null);
      }}
    >
      {shown && (
        <i
          className={classes.draft}
          style={{
            left: pxOf(shown.startMs, durationMs, width),
            width: Math.max(
              pxOf(shown.endMs ?? shown.startMs, durationMs, width) -
                pxOf(shown.startMs, durationMs, width),
              2,
            ),
          }}
        />
      )}
      <LaneMarkers notes={notes} width={width} />
    </div>
  );
});
