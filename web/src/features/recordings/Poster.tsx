import { formatTimeCode } from '@second-look/core/time';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../../ui/Logo.tsx';
import { SoundWave } from '../../ui/SoundWave.tsx';
import type { CardStatus } from './card-status.ts';
import classes from './Poster.module.css';

/** A lesson's picture, or that it has none, with its length and what is being done to it. */
export function Poster({
  title,
  hasPicture,
  posterUrl,
  durationMs,
  status,
}: {
  title: string;
  hasPicture: boolean;
  posterUrl: string | null;
  durationMs: number | null;
  status?: CardStatus;
}) {
  const { t } = useTranslation('recordings');
  const [brokenUrl, setBrokenUrl] = useState<string>();
  return (
    <div className={classes.frame}>
      {posterUrl !== null && posterUrl !== brokenUrl ? (
        <img
          className={classes.picture}
          src={posterUrl}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBrokenUrl(posterUrl)}
        />
      ) : (
        <div className={classes.blank}>{hasPicture ? <Logo size={54} /> : <SoundWave />}</div>
      )}
      {status && <span className={classes.status}>{status.label}</span>}
      {!hasPicture && <span className={classes.soundOnly}>{t('card.soundOnly')}</span>}
      {durationMs !== null && (
        <span className={classes.duration}>
          <span aria-hidden="true">{formatTimeCode(durationMs)}</span>
          <span className={classes.spoken}>
            {t('card.duration', { duration: formatTimeCode(durationMs) })}
          </span>
        </span>
      )}
      {status && status.progress !== null && (
        <div
          className={classes.progress}
          role="progressbar"
          aria-label={t('card.progress', { title })}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(status.progress * 100)}
          aria-valuetext={status.label}
        >
          <i style={{ width: `${status.progress * 100}%` }} />
        </div>
      )}
    </div>
  );
}
