import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountMenu } from '../features/session/AccountMenu.tsx';
import { restoreUnfinished } from '../features/upload/restore.ts';
import { useUploads } from '../features/upload/uploads.ts';
import { Logo } from '../ui/Logo.tsx';
import { followEvents } from './events.ts';
import { queryClient } from './query-client.ts';
import classes from './Shell.module.css';

const UploadTray = lazy(() =>
  // An upload begun without a connection waits for one; its tray need not keep the page from standing.
  import('../features/upload/UploadTray.tsx').catch(() => ({ default: () => null })),
);

/** What stands around every page inside: the way to the others, the account, the uploads under way. */
export function Shell() {
  const { t } = useTranslation();
  const uploads = useUploads();

  useEffect(() => {
    const ending = new AbortController();
    followEvents(queryClient, ending.signal);
    void restoreUnfinished();
    return () => ending.abort();
  }, []);

  return (
    <>
      <a className={classes.skip} href="#main">
        {t('skipToContent')}
      </a>
      <header className={classes.bar}>
        <Link to="/" className={classes.logo} aria-label={t('name')}>
          <Logo />
          <span className={classes.name}>{t('name')}</span>
        </Link>
        <nav aria-label={t('mainNavigation')} className={classes.nav}>
          <Link to="/" activeOptions={{ exact: true }} className={classes.link}>
            {t('nav.mine')}
          </Link>
          <Link to="/shared" className={classes.link}>
            {t('nav.shared')}
          </Link>
        </nav>
        <AccountMenu />
      </header>
      <Page />
      {uploads.length > 0 && (
        <Suspense>
          <UploadTray />
        </Suspense>
      )}
    </>
  );
}

/** The page itself. After a change of page the focus moves to it, as a page load would. */
function Page() {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const lastPath = useRef(path);
  const main = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // What floats at the foot of the screen makes room for the review page's own bar there (look.css).
    document.documentElement.toggleAttribute(
      'data-reviewing',
      path?.startsWith('/recordings/') ?? false,
    );
    if (lastPath.current !== undefined && path !== lastPath.current) {
      main.current?.querySelector('main')?.focus({ preventScroll: true });
    }
    lastPath.current = path;
  }, [path]);

  return (
    <div ref={main}>
      <Outlet />
    </div>
  );
}
