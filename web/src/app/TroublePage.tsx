import { Button } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ApiProblem } from './api.ts';
import { usePageTitle } from './page-title.ts';
import classes from './pages.module.css';

/** What is shown in place of a page that failed: what happened, whether anything was lost, what to do. */
export function TroublePage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const isOffline = error instanceof ApiProblem && error.code === 'offline';
  const isMissing = isMissingPiece(error);
  const title = isOffline
    ? t('trouble.offlineTitle')
    : isMissing
      ? t('trouble.missingTitle')
      : t('trouble.title');
  usePageTitle(title);

  return (
    <main id="main" tabIndex={-1} className={classes.narrow} role="alert">
      <EmptyState
        heading="h1"
        title={title}
        action={
          isMissing ? (
            <Button onClick={() => window.location.reload()}>{t('trouble.reload')}</Button>
          ) : (
            <Button
              onClick={() => {
                reset();
                void router.invalidate();
              }}
            >
              {t('trouble.again')}
            </Button>
          )
        }
      >
        <p>{isOffline ? t('trouble.offline') : isMissing ? t('trouble.missing') : sentence()}</p>
        {error instanceof ApiProblem && error.requestId && (
          <p className={classes.reference}>
            {t('trouble.reference', { requestId: error.requestId })}
          </p>
        )}
      </EmptyState>
    </main>
  );

  function sentence(): string {
    return error instanceof ApiProblem && error.detail ? error.detail : t('trouble.words');
  }
}

/**
 * Pages come in pieces. One is missing where the connection breaks, or where the server has been updated
 * and has other pieces now. Each browser, and Vite for styles, says so in its own words.
 */
function isMissingPiece(error: unknown): boolean {
  return (
    error instanceof Error && /dynamically imported|module script|preload CSS/i.test(error.message)
  );
}
