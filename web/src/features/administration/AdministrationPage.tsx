import './strings.ts';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../app/api.ts';
import { formatClock } from '../../app/format.ts';
import { NotFoundPage } from '../../app/NotFoundPage.tsx';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { troubleSentence } from '../../app/trouble.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import classes from './AdministrationPage.module.css';
import { ConcernList } from './ConcernList.tsx';
import { concernsOf } from './concerns.ts';
import { PartsCard } from './PartsCard.tsx';
import { statusQuery } from './queries.ts';
import { RoomCard } from './RoomCard.tsx';
import { WorkCard } from './WorkCard.tsx';

/** How the installation is, for its administrators: what needs them first, then each part. */
export default function AdministrationPage() {
  const { t } = useTranslation('administration');
  const { data: status, error, dataUpdatedAt, refetch } = useQuery(statusQuery);
  usePageTitle(t('title'));
  if (!status && error instanceof ApiProblem && error.status === 404) return <NotFoundPage />;

  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <h1>{t('title')}</h1>
      <p className={classes.words}>{t('words')}</p>
      {!status && !error && <Skeleton height={320} mt={22} radius={12} />}
      {!status && error && (
        <EmptyState
          title={t('app:trouble.title')}
          action={<Button onClick={() => void refetch()}>{t('app:trouble.again')}</Button>}
        >
          <p role="alert">{troubleSentence(error)}</p>
        </EmptyState>
      )}
      {status && (
        <>
          <ConcernList
            concerns={concernsOf(status, dataUpdatedAt)}
            checkedAt={formatClock(new Date(dataUpdatedAt))}
          />
          {error && (
            <p role="status" className={classes.older}>
              {t('app:trouble.older')}
            </p>
          )}
          <div className={classes.cards}>
            <WorkCard status={status} />
            <RoomCard status={status} />
            <PartsCard status={status} />
          </div>
        </>
      )}
    </main>
  );
}
