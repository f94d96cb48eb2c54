import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState.tsx';
import { usePageTitle } from './page-title.ts';
import classes from './pages.module.css';

/** The same for what does not exist and for what the reader may not see. */
export function NotFoundPage() {
  const { t } = useTranslation();
  usePageTitle(t('notFound.title'));
  return (
    <main id="main" tabIndex={-1} className={classes.narrow}>
      <EmptyState
        heading="h1"
        title={t('notFound.title')}
        action={
          <Button component={Link} to="/" variant="default">
            {t('trouble.home')}
          </Button>
        }
      >
        <p>{t('notFound.words')}</p>
      </EmptyState>
    </main>
  );
}
