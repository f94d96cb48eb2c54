import { Button } from '@mantine/core';
import type { AdministrationStatus } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { formatClock, formatDay } from '../../app/format.ts';
import classes from './AdministrationPage.module.css';
import { Card } from './Card.tsx';

/** What is being prepared, by whom, and what waits. */
export function WorkCard({
  status: { queue, workers, sweptAt },
}: {
  status: AdministrationStatus;
}) {
  const { t } = useTranslation('administration');
  return (
    <Card
      title={t('work.title')}
      action={
        <Button component="a" href="/api/administration/queue" variant="default" size="xs">
          {t('work.board')}
        </Button>
      }
    >
      {queue ? (
        <dl className={classes.counts}>
          {(['waiting', 'active', 'delayed'] as const).map((state) => (
            <div key={state}>
              <dt>{t(`work.${state}`)}</dt>
              <dd>{queue[state]}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={classes.soft}>{t('work.none')}</p>
      )}
      <h3 className={classes.label}>{t('work.workers')}</h3>
      {workers.length === 0 && <p className={classes.soft}>{t('work.noWorkers')}</p>}
      <ul className={classes.workers}>
        {workers.map((worker, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two workers may have started at once
          <li key={index} data-there={worker.isThere || undefined}>
            <span className={classes.dot} aria-hidden />
            <span>
              {worker.isThere ? t('work.there') : t('work.silent', { time: when(worker.seenAt) })}
            </span>
            <span className={classes.soft}>
              {t('work.since', { time: when(worker.startedAt) })}
            </span>
          </li>
        ))}
      </ul>
      {sweptAt && <p className={classes.foot}>{t('work.swept', { time: when(sweptAt) })}</p>}
    </Card>
  );
}

/** "16:30" today, "3 May, 16:30" on another day. */
function when(instant: string): string {
  const date = new Date(instant);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? formatClock(date) : `${formatDay(date)}, ${formatClock(date)}`;
}
