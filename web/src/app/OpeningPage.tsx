import { useTranslation } from 'react-i18next';
import classes from './pages.module.css';

/** Stands where a page will be, while its pieces are still on their way. */
export function OpeningPage() {
  const { t } = useTranslation();
  return (
    <main id="main" tabIndex={-1} className={classes.narrow}>
      <p className={classes.opening} role="status">
        {t('opening')}
      </p>
    </main>
  );
}
