import './strings.ts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { formatBytes } from '../../app/format.ts';
import classes from './UploadPage.module.css';

/** How much of their own room the reader has used; nothing where no limit is set. */
export function StorageNote() {
  const { t } = useTranslation('upload');
  const { data } = useQuery({
    queryKey: ['me', 'storage'],
    queryFn: ({ signal }) => call('GET /api/me/storage', { signal }),
  });
  if (!data || data.quotaBytes === null) return null;
  const used = t('room.used', {
    used: formatBytes(data.usedBytes),
    quota: formatBytes(data.quotaBytes),
  });
  if (!data.isNearlyFull) return <p className={classes.room}>{used}</p>;
  return (
    <p role="status" className={classes.nearlyFull}>
      <b>{used}</b> {t('room.nearlyFull')}
    </p>
  );
}
