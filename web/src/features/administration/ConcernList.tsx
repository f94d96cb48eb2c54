import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../app/format.ts';
import classes from './ConcernList.module.css';
import { type Concern, isGrave } from './concerns.ts';

/** What needs somebody, in sentences that say what to do; or that nothing does. */
export function ConcernList({ concerns, checkedAt }: { concerns: Concern[]; checkedAt: string }) {
  const { t } = useTranslation('administration');
  const isWell = concerns.length === 0;
  return (
    <section
      className={classes.state}
      data-well={isWell || undefined}
      data-grave={concerns.some(isGrave) || undefined}
      aria-live="polite"
    >
      {isWell ? (
        <IconCircleCheck className={classes.icon} aria-hidden />
      ) : (
        <IconAlertTriangle className={classes.icon} aria-hidden />
      )}
      <div className={classes.what}>
        <h2 className={classes.title}>
          {isWell ? t('well') : t('concerns', { count: concerns.length })}
        </h2>
        {!isWell && (
          <ul className={classes.list}>
            {concerns.map((concern) => (
              <li key={JSON.stringify(concern)}>{sentenceOf(concern, t)}</li>
            ))}
          </ul>
        )}
      </div>
      <p className={classes.checked}>{t('checked', { time: checkedAt })}</p>
    </section>
  );
}

function sentenceOf(concern: Concern, t: TFunction<'administration'>): string {
  switch (concern.key) {
    case 'address':
      return concern.sentence;
    case 'clock':
    case 'workerClock':
      return t(`concern.${concern.key}`, { ...concern, context: direction(concern.isAhead) });
    case 'ffmpegOld':
      return t('concern.ffmpegOld', {
        version: concern.version,
        date: formatDate(new Date(concern.releasedOn), { month: 'long' }),
      });
    default:
      return t(`concern.${concern.key}`, { ...concern });
  }
}

function direction(isAhead: boolean): string {
  return isAhead ? 'ahead' : 'behind';
}
