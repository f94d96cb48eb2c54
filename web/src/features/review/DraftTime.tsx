import { Popover, VisuallyHidden } from '@mantine/core';
import { formatTimeCode } from '@second-look/core/time';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMoment } from '../../player/use-player.ts';
import classes from './Composer.module.css';
import type { DraftStore } from './draft-store.ts';
import { formatSpan } from './notes.ts';
import { useStore } from './persisted-store.ts';
import { useReview } from './review-context.ts';
import { TimeFields } from './TimeFields.tsx';

/** The draft's time: going along with the video until the first keystroke, and then kept. */
export function DraftTime({ draft }: { draft: DraftStore }) {
  const { t } = useTranslation('review');
  const { port } = useReview();
  const { startMs, endMs } = useStore(draft);
  const reading = useRef<HTMLSpanElement>(null);
  useMoment(port, (ms) => {
    if (startMs !== null || !reading.current) return;
    const text = formatTimeCode(ms);
    if (reading.current.textContent !== text) reading.current.textContent = text;
  });

  return (
    <Popover position="bottom-end" shadow="md" radius={10} trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.time}
          data-kept={startMs !== null || undefined}
          title={t('time.change')}
        >
          <VisuallyHidden>{t('time.label')} </VisuallyHidden>
          {startMs === null ? (
            <span key="following" ref={reading}>
              {formatTimeCode(port?.currentMs() ?? 0)}
            </span>
          ) : (
            <span key="kept">{formatSpan({ startMs, endMs })}</span>
          )}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <TimeFields
          startMs={startMs ?? port?.currentMs() ?? 0}
          endMs={endMs}
          onChange={(start, end) =>
            draft.dispatch({ type: 'rangeSet', startMs: start, endMs: end })
          }
        />
      </Popover.Dropdown>
    </Popover>
  );
}
