import './strings.ts';
import { Button } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../app/format.ts';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import clamp from '../../ui/clamp.module.css';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { restore } from './actions.ts';
import { Poster } from './Poster.tsx';
import { aboutLine } from './RecordingCard.tsx';
import { RecordingGrid } from './RecordingGrid.tsx';
import shared from './SharedPage.module.css';
import classes from './TrashPage.module.css';

const keptDays = 30;

/** What its owner has put away; each can be brought back whole. */
export default function TrashPage() {
  const { t } = useTranslation('recordings');
  usePageTitle(t('trash.title'));
  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <h1>{t('trash.title')}</h1>
      <p className={shared.words}>{t('trash.words')}</p>
      <RecordingGrid
        scope="trash"
        card={(recording) => <TrashCard recording={recording} />}
        empty={
          <EmptyState title={t('trash.emptyTitle')}>
            <p>{t('trash.empty')}</p>
          </EmptyState>
        }
      />
    </main>
  );
}

function TrashCard({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recordings');
  return (
    <article className={classes.card}>
      <Poster {...recording} />
      <div className={classes.words}>
        <h2 className={`${classes.title} ${clamp.clamp}`} title={recording.title}>
          {recording.title}
        </h2>
        <p className={shared.about}>{aboutLine(recording)}</p>
        {recording.deletedAt && (
          <p className={shared.about}>
            {t('trash.goesOn', { date: formatDate(endOf(recording.deletedAt)) })}
          </p>
        )}
        <Button variant="default" size="xs" mt={12} onClick={() => void restore(recording)}>
          {t('trash.restore')}
        </Button>
      </div>
    </article>
  );
}

function endOf(deletedAt: string): Date {
  const date = new Date(deletedAt);
  date.setDate(date.getDate() + keptDays);
  return date;
}
