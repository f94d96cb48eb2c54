import './strings.ts';
import { Button, Skeleton } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../app/api.ts';
import pages from '../../app/pages.module.css';
import { troubleSentence } from '../../app/trouble.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { recordingsQuery, type Scope } from './queries.ts';
import classes from './RecordingGrid.module.css';

/** A list of lessons as cards, newest first, a page at a time. */
export function RecordingGrid({
  scope,
  card,
  empty,
}: {
  scope: Scope;
  card: (recording: Recording) => ReactNode;
  empty: ReactNode;
}) {
  const { t } = useTranslation('recordings');
  const list = useInfiniteQuery(recordingsQuery(scope));

  if (list.isPending) return <LoadingGrid />;
  if (!list.data) {
    return (
      <EmptyState
        title={t(isOffline(list.error) ? 'app:trouble.offlineTitle' : 'app:trouble.title')}
        action={<Button onClick={() => void list.refetch()}>{t('app:trouble.again')}</Button>}
      >
        <p role="alert">{troubleSentence(list.error)}</p>
      </EmptyState>
    );
  }
  const recordings = list.data.pages.flatMap((page) => page.items);
  if (recordings.length === 0) return empty;
  return (
    <>
      {list.isError && (
        <p role="status" className={classes.older}>
          {t('app:trouble.older')}
        </p>
      )}
      <ul className={classes.grid}>
        {recordings.map((recording) => (
          <li key={recording.id}>{card(recording)}</li>
        ))}
      </ul>
      {list.hasNextPage && (
        <div className={classes.more}>
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t('home.more')}
          </Button>
        </div>
      )}
    </>
  );
}

function LoadingGrid() {
  const { t } = useTranslation();
  return (
    <>
      <p className={pages.opening} role="status">
        {t('opening')}
      </p>
      <div className={classes.grid} aria-hidden>
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} height={290} radius={10} />
        ))}
      </div>
    </>
  );
}

const isOffline = (error: unknown) => error instanceof ApiProblem && error.code === 'offline';
