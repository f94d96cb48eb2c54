import './strings.ts';
import { Button, TextInput } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, send } from '../../app/api.ts';
import { troubleSentence } from '../../app/trouble.ts';
import classes from '../account/Account.module.css';
import { Entrance } from '../account/Entrance.tsx';
import { NewPasswordInput } from '../account/NewPasswordInput.tsx';
import { isLongEnough } from '../account/password.ts';
import { meQuery } from '../session/me.ts';

const tokenKey = 'second-look:invitation';

/** What the link carries: taken out of the address at once, and kept in this tab while somebody signs in. */
function takeToken(): string {
  const carried = window.location.hash.slice(1);
  if (!carried) return sessionStorage.getItem(tokenKey) ?? '';
  sessionStorage.setItem(tokenKey, carried);
  window.history.replaceState(window.history.state, '', window.location.pathname);
  return carried;
}

/** Whoever is signed in, if anybody is: here, nobody being in is no trouble. */
const whoIsInQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const response = await send('/api/auth/get-session', { method: 'GET' });
    const session: { user: { name: string; email: string } } | null = await response.json();
    return session?.user ?? null;
  },
});

/** Where the link of an invitation leads: its token is behind the `#`, which no server sees. */
export default function JoinPage() {
  const { t } = useTranslation('people');
  const [token] = useState(takeToken);
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => call('POST /api/invitations/look', { body: { token } }),
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const whoIsIn = useQuery(whoIsInQuery);
  const me = whoIsIn.data ?? undefined;
  const queryClient = useQueryClient();
  const [missing, setMissing] = useState({ name: false, short: false });
  const join = useMutation({
    mutationFn: (made: { name?: string; password?: string }) =>
      call('POST /api/invitations/accept', { body: { token, ...made } }),
    onSuccess: () => {
      sessionStorage.removeItem(tokenKey);
      queryClient.removeQueries(meQuery);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const name = String(data.get('name')).trim();
    const password = String(data.get('new-password'));
    setMissing({ name: !name, short: !isLongEnough(password) });
    if (name && isLongEnough(password)) join.mutate({ name, password });
  };
  const found = invitation.data;
  const error = join.error ?? invitation.error ?? whoIsIn.error;
  const isNew = whoIsIn.isSuccess && !me;

  return (
    <Entrance title={t('join.title')}>
      {!token && <p className={classes.trouble}>{t('join.noLink')}</p>}
      <div role="alert">{error && <p className={classes.trouble}>{troubleSentence(error)}</p>}</div>
      {found && !join.isSuccess && (
        <>
          <p>{t('join.words', found)}</p>
          <p className={classes.words}>{t('join.promise')}</p>
        </>
      )}
      {found && !join.isSuccess && isNew && !found.hasAccount && (
        <form onSubmit={submit} noValidate className={classes.form}>
          <p>{t('join.email', { email: found.email })}</p>
          <TextInput
            name="name"
            label={t('join.name')}
            autoComplete="name"
            size="md"
            maxLength={200}
            error={missing.name && t('join.missingName')}
          />
          <NewPasswordInput isShort={missing.short} />
          <Button type="submit" size="md" fullWidth loading={join.isPending}>
            {t('join.join')}
          </Button>
        </form>
      )}
      {found && !join.isSuccess && isNew && found.hasAccount && (
        <>
          <p>{t('join.has', { email: found.email })}</p>
          <Button
            size="md"
            fullWidth
            renderRoot={(props) => <Link to="/sign-in" search={{ next: '/join' }} {...props} />}
          >
            {t('join.signIn')}
          </Button>
        </>
      )}
      {found && !join.isSuccess && me && (
        <>
          <p>{t('join.as', { name: me.name, email: me.email })}</p>
          <Button size="md" fullWidth onClick={() => join.mutate({})} loading={join.isPending}>
            {t('join.accept')}
          </Button>
        </>
      )}
      {found && join.isSuccess && (
        <>
          <p role="status" className={classes.notice}>
            {me ? t('join.accepted', found) : t('join.done', { email: found.email })}
          </p>
          <Link to={me ? '/' : '/sign-in'} className={classes.link}>
            {t(me ? 'join.toLessons' : 'join.signIn')}
          </Link>
        </>
      )}
    </Entrance>
  );
}
