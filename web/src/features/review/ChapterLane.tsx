import { formatTimeCode } from '@second-look/core/time';
import { useTranslation } from 'react-i18next';
import classes from './ChapterLane.module.css';
import { pxOf } from './lanes.ts';
import { useReview } from './review-context.ts';

/** What the file calls its parts, each a way to where it begins. */
export function ChapterLane({ width }: { width: number }) {
  const { t } = useTranslation('review');
  const { recording, port, durationMs } = useReview();
  const { chapters } = recording;
  return (
    <ol className={classes.lane} aria-label={t('timeline.chapters')}>
      {chapters.map(({ startMs, title }, index) => {
        const left = pxOf(startMs, durationMs, width);
        const right = pxOf(chapters[index + 1]?.startMs ?? durationMs, durationMs, width);
        return (
          <li
            key={`${startMs} ${title}`}
            className={classes.chapter}
            style={{ left, width: Math.max(2, right - left - 2) }}
          >
            <button
              type="button"
              title={title}
              aria-label={t('timeline.chapter', { title, time: formatTimeCode(startMs) })}
              onClick={() => port?.seekTo(startMs)}
            >
              {title}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
