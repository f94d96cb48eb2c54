import './strings.ts';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { useMe } from '../session/me.ts';
import classes from './Account.module.css';
import { PasswordCard } from './PasswordCard.tsx';
import { SessionsCard } from './SessionsCard.tsx';

/** What somebody does about their own account. */
export default function AccountPage() {
  const { t } = useTranslation('account');
  const me = useMe();
  usePageTitle(t('page.title'));
  if (!me) return null;
  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <h1>{t('page.title')}</h1>
      <p className={classes.words}>{t('page.words', { name: me.name, email: me.email })}</p>
      <div className={classes.cards}>
        <PasswordCard />
        <SessionsCard />
      </div>
    </main>
  );
}
