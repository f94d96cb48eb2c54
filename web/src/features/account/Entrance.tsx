import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/page-title.ts';
import { Logo } from '../../ui/Logo.tsx';
import classes from './Account.module.css';

/** A page for those who are not signed in: one thing to do, under the name of the product. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  usePageTitle(title);
  return (
    <main id="main" tabIndex={-1} className={classes.entrance}>
      <p className={classes.logo}>
        <Logo size={30} />
        {t('name')}
      </p>
      <section className={classes.card}>
        <h1>{title}</h1>
        {children}
      </section>
    </main>
  );
}
