import { formatTimeCode } from '@second-look/core/time';
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMoment } from '../../player/use-player.ts';
import { msAt, pxOf } from './lanes.ts';
import { useReview } from './review-context.ts';
import classes from './Timeline.module.css';

/** Where the video is: the line over the lanes. Moved past React, since it moves with every frame. */
export function Playhead({ width }: { width: number }) {
  const { t } = useTranslation('review');
  const { port, durationMs } = useReview();
  const head = useRef<HTMLDivElement>(null);
  const flag = useRef<HTMLSpanElement>(null);
  const isHeld = useRef(false);

  const place = useCallback(
    (ms: number) => {
      if (!head.current || !flag.current) return;
      head.current.style.transform = `translateX(${pxOf(ms, durationMs, width)}px)`;
      const text = formatTimeCode(ms);
      if (flag.current.textContent === text) return;
      flag.current.textContent = text;
      head.current.setAttribute('aria-valuetext', text);
      head.current.setAttribute('aria-valuenow', String(Math.floor(ms / 1000)));
    },
    [durationMs, width],
  );
  useMoment(port, place);
  useEffect(() => place(port?.currentMs() ?? 0), [place, port]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!port) return;
    const now = port.currentMs();
    const to = {
      ArrowLeft: now - (event.shiftKey ? 1_000 : 10_000),
      ArrowRight: now + (event.shiftKey ? 1_000 : 10_000),
      ArrowDown: now - 1_000,
      ArrowUp: now + 1_000,
      PageDown: now - 60_000,
      PageUp: now + 60_000,
      Home: 0,
      End: durationMs,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    port.seekTo(to);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const area = head.current?.parentElement;
    if (!isHeld.current || !area) return;
    const px = event.clientX - area.getBoundingClientRect().left;
    port?.seekTo(msAt(px, durationMs, width));
  };

  return (
    <div className={classes.over}>
      <div
        ref={head}
        className={classes.playhead}
        role="slider"
        tabIndex={0}
        aria-label={t('timeline.playhead')}
        aria-valuemin={0}
        aria-valuemax={Math.floor(durationMs / 1000)}
        aria-valuenow={0}
        onKeyDown={onKeyDown}
      >
        <span
          ref={flag}
          className={classes.flag}
          onPointerDown={(event) => {
            isHeld.current = true;
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={onPointerMove}
          onPointerUp={() => {
            isHeld.current = false;
          }}
          onPointerCancel={() => {
            isHeld.current = false;
          }}
        >
          0:00
        </span>
      </div>
    </div>
  );
}
