import './strings.ts';
import { Button, RingProgress } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '../../app/format.ts';
import { timeLeft } from './speed.ts';
import { traySummary } from './tray-summary.ts';
import classes from './UploadTray.module.css';
import { useUploads } from './uploads.ts';

/** The uploads in one line, on every page but their own. */
export default function UploadTray() {
  const { t } = useTranslation('upload');
  const summary = traySummary(useUploads());
  const path = useRouterState({ select: ({ location }) => location.pathname });
  if (path === '/upload' || !summary) return null;

  const { state, count, sentBytes, sizeBytes, bytesPerSecond } = summary;
  const fraction = sizeBytes > 0 ? sentBytes / sizeBytes : 0;
  const left = state === 'uploading' ? timeLeft(sizeBytes - sentBytes, bytesPerSecond) : undefined;
  return (
    <aside className={classes.tray} data-upload-tray aria-label={t('tray.label')}>
      {state === 'safe' ? (
        <IconCircleCheck size={26} className={classes.safe} aria-hidden />
      ) : state === 'attention' ? (
        <IconAlertTriangle size={26} className={classes.attention} aria-hidden />
      ) : (
        <RingProgress
          size={34}
          thickness={5}
          roundCaps
          rootColor="var(--line)"
          sections={[{ value: fraction * 100, color: 'var(--brand)' }]}
          aria-hidden
        />
      )}
      <p className={classes.words}>
        <b>{t(`tray.${state}`, { count })}</b>
        {state !== 'safe' && state !== 'checking' && (
          <span>{[formatPercent(fraction), left].filter(Boolean).join(' · ')}</span>
        )}
      </p>
      <Button component={Link} to="/upload" size="xs" variant="default">
        {t('tray.show')}
      </Button>
    </aside>
  );
}
