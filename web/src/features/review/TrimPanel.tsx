import { Button } from '@mantine/core';
import { formatTimeCode } from '@second-look/core/time';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { trimFilm, untrimFilm } from './film.ts';
import { useReview } from './review-context.ts';
import { TimeFields } from './TimeFields.tsx';
import classes from './TrimPanel.module.css';

/** Chooses what of the film is shown from now on, beside the video in which the moments are looked for. */
export default function TrimPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('review');
  const { recording, durationMs } = useReview();
  const { film } = recording;
  const [range, setRange] = useState<{ startMs: number; endMs: number | null }>({
    startMs: 0,
    endMs: null,
  });
  const [isWrong, setWrong] = useState(false);
  const [isAtWork, setAtWork] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  if (!film) return null;

  const isTrimmed = film.startMs > 0 || film.endMs !== null;
  const leftMs = (range.endMs ?? durationMs) - range.startMs;
  const isChange = (range.startMs > 0 || range.endMs !== null) && leftMs >= 1_000 && !isWrong;
  const attempt = async (work: Promise<boolean>) => {
    setAtWork(true);
    if (await work) onClose();
    else setAtWork(false);
  };
  const trim = () =>
    attempt(
      trimFilm(recording, {
        startMs: film.startMs + range.startMs,
        endMs: range.endMs === null ? film.endMs : film.startMs + range.endMs,
      }),
    );

  return (
    <section className={classes.panel} aria-labelledby="trim-heading">
      <h2 id="trim-heading" tabIndex={-1} ref={heading}>
        {t('film.trimTitle')}
      </h2>
      <p>
        {t('film.trimWords')}
        {film.hiddenNotes > 0 &&
          ` ${t(isTrimmed ? 'film.hiddenNotes' : 'film.notesOutside', { count: film.hiddenNotes })}`}
      </p>
      <div className={classes.foot}>
        <TimeFields
          {...range}
          noEnd={t('film.toTheEnd')}
          onChange={(startMs, endMs) => setRange({ startMs, endMs })}
          onWrong={setWrong}
        />
        <span className={classes.left}>
          {t('film.leaves', { time: formatTimeCode(Math.max(0, leftMs)) })}
        </span>
        <div className={classes.buttons}>
          {isTrimmed && (
            <Button
              variant="default"
              size="sm"
              disabled={isAtWork}
              onClick={() => void attempt(untrimFilm(recording))}
            >
              {t('film.untrim')}
            </Button>
          )}
          <Button variant="default" size="sm" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button size="sm" disabled={!isChange} loading={isAtWork} onClick={() => void trim()}>
            {t('film.doTrim')}
          </Button>
        </div>
      </div>
    </section>
  );
}
