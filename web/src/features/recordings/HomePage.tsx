import './strings.ts';
import { Button } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { Classroom } from '../../ui/Classroom.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { firstName } from '../../ui/person.ts';
import { useMe } from '../session/me.ts';
import { DropZone } from '../upload/DropZone.tsx';
import classes from './HomePage.module.css';
import { RecordingCard } from './RecordingCard.tsx';
import { RecordingGrid } from './RecordingGrid.tsx';

/** One's own lessons. A video dropped anywhere on the page is uploaded. */
export default function HomePage() {
  const { t } = useTranslation('recordings');
  const me = useMe();
  usePageTitle(t('home.title'));

  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <div className={classes.top}>
        <div>
          <h1>{t(`home.${partOfDay(new Date())}`, { name: firstName(me?.name ?? '') })}</h1>
          <p className={classes.promise}>{t('home.promise')}</p>
        </div>
        <Button component={Link} to="/upload" leftSection={<IconUpload size={17} aria-hidden />}>
          {t('home.upload')}
        </Button>
      </div>
      <h2 className={classes.heading}>{t('home.lessons')}</h2>
      <RecordingGrid
        scope="mine"
        card={(recording) => <RecordingCard recording={recording} />}
        empty={
          <EmptyState
            picture={
              <div className={classes.picture}>
                <Classroom size="small" />
              </div>
            }
            title={t('home.emptyTitle')}
            action={
              <Button component={Link} to="/upload">
                {t('home.upload')}
              </Button>
            }
          >
            <p>{t('home.empty')}</p>
          </EmptyState>
        }
      />
      <DropZone title={t('home.drop')} words={t('home.dropPromise')} />
    </main>
  );
}

function partOfDay(now: Date): 'morning' | 'afternoon' | 'evening' {
  if (now.getHours() < 12) return 'morning';
  return now.getHours() < 18 ? 'afternoon' : 'evening';
}
