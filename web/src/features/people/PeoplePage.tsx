import './strings.ts';
import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NotFoundPage } from '../../app/NotFoundPage.tsx';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { TroublePage } from '../../app/TroublePage.tsx';
import { InvitationList } from './InvitationList.tsx';
import classes from './People.module.css';
import { managedQuery, staffQuery } from './queries.ts';
import { StaffList } from './StaffList.tsx';

const InviteDialog = lazy(() => import('./InviteDialog.tsx'));
const route = getRouteApi('/signed-in/people');

/** Who works where, for those who look after them. */
export default function PeoplePage() {
  const { t } = useTranslation('people');
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  const managed = useQuery(managedQuery);
  const organisations = managed.data?.items ?? [];
  const organisation = organisations.find(({ id }) => id === at) ?? organisations[0];
  const staff = useQuery({ ...staffQuery(organisation?.id ?? ''), enabled: !!organisation });
  const [isInviting, setInviting] = useState(false);
  usePageTitle(t('title'));
  if (managed.data && !organisation) return <NotFoundPage />;
  const error = managed.error ?? staff.error;
  if (error) return <TroublePage error={error} reset={() => void managed.refetch()} />;

  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <div className={classes.head}>
        <div>
          <h1>{t('title')}</h1>
          <p className={classes.words}>{t('words')}</p>
        </div>
        <div className={classes.actions}>
          {organisations.length > 1 && (
            <NativeSelect
              aria-label={t('organisation')}
              value={organisation?.id}
              data={organisations.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={({ currentTarget }) =>
                void navigate({ search: { at: currentTarget.value }, replace: true })
              }
            />
          )}
          <Button onClick={() => setInviting(true)} disabled={!organisation}>
            {t('invite')}
          </Button>
        </div>
      </div>
      {!staff.data && <Skeleton height={260} mt={22} radius={12} />}
      {organisation && staff.data && (
        <>
          <StaffList organisationId={organisation.id} people={staff.data.people} />
          <InvitationList organisationId={organisation.id} invitations={staff.data.invitations} />
        </>
      )}
      {isInviting && organisation && (
        <Suspense>
          <InviteDialog organisation={organisation} onClose={() => setInviting(false)} />
        </Suspense>
      )}
    </main>
  );
}
