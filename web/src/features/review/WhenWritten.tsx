import { useTranslation } from 'react-i18next';
import { formatClock, formatDay, toDay } from '../../app/format.ts';
import { language } from '../../app/i18n.ts';

interface WhenWrittenProps {
  at: string;
  changedAt: string;
}

/** When something was written: the time today, else the day; the whole of it on pointing at it. */
export function WhenWritten({ at, changedAt }: WhenWrittenProps) {
  const { t } = useTranslation('review');
  const date = new Date(at);
  const isToday = toDay(date) === toDay(new Date());
  const exact = date.toLocaleString(language, { dateStyle: 'full', timeStyle: 'short' });
  const isChanged = Date.parse(changedAt) - date.getTime() > 1_000;
  return (
    <small>
      <time dateTime={at} title={exact}>
        {isToday ? formatClock(date) : formatDay(date)}
      </time>
      {isChanged && ` · ${t('note.changed')}`}
    </small>
  );
}
