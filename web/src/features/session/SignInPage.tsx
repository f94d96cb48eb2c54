import './strings.ts';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/page-title.ts';
import { Classroom } from '../../ui/Classroom.tsx';
import { Logo } from '../../ui/Logo.tsx';
import classes from './SignInPage.module.css';
import { rightAddress, signIn, signInTrouble } from './session.ts';

const route = getRouteApi('/sign-in');

export default function SignInPage() {
  const { t } = useTranslation('session');
  usePageTitle(t('signIn.title'));
  return (
    <main id="main" tabIndex={-1} className={classes.page}>
      <section className={classes.story}>
        <p className={classes.logo}>
          <Logo size={34} />
          {t('app:name')}
        </p>
        <p className={classes.headline}>{t('signIn.headline')}</p>
        <p className={classes.promise}>{t('signIn.promise')}</p>
        <div className={classes.picture}>
          <Classroom size="large" />
          <div className={classes.lane} aria-hidden="true">
            <i style={{ left: '8%', width: '9%', background: 'var(--kind-notice)' }} />
            <i style={{ left: '31%', width: '5%', background: 'var(--kind-question)' }} />
            <i style={{ left: '52%', width: '4%', background: 'var(--kind-strength)' }} />
            <i style={{ left: '76%', width: '12%', background: 'var(--kind-next_step)' }} />
            <b style={{ left: '33%' }} />
          </div>
        </div>
      </section>
      <section className={classes.card}>
        <h1>{t('signIn.title')}</h1>
        <SignInForm />
        <p className={classes.small}>
          <Link to="/forgotten-password">{t('signIn.forgotten')}</Link>
        </p>
        <p className={classes.small}>{t('signIn.privacy')}</p>
        <p className={classes.small}>{t('signIn.help')}</p>
      </section>
    </main>
  );
}

function SignInForm() {
  const { t } = useTranslation('session');
  const { next, ended } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [trouble, setTrouble] = useState<string>();
  const [missing, setMissing] = useState<{ email?: boolean; password?: boolean }>({});
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    form.current?.querySelector('input')?.focus();
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const email = String(data.get('email')).trim();
    const password = String(data.get('password'));
    setTrouble(undefined);
    setMissing({ email: !email, password: !password });
    if (!email || !password) {
      form.current
        ?.querySelector<HTMLInputElement>(`[name=${email ? 'password' : 'email'}]`)
        ?.focus();
      return;
    }
    setBusy(true);
    try {
      await signIn(email, password);
      queryClient.clear();
      router.history.replace(next ?? '/');
    } catch (error) {
      setTrouble(t(`trouble.${signInTrouble(error)}`, { address: rightAddress(error) }));
      form.current?.querySelector<HTMLInputElement>('[name=password]')?.select();
    } finally {
      setBusy(false);
    }
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className={classes.form}>
      {ended && !trouble && <p className={classes.notice}>{t('signIn.ended')}</p>}
      <div role="alert">{trouble && <p className={classes.trouble}>{trouble}</p>}</div>
      <TextInput
        name="email"
        type="email"
        label={t('signIn.email')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        size="md"
        required
        withAsterisk={false}
        error={missing.email && t('trouble.missingEmail')}
      />
      <PasswordInput
        name="password"
        label={t('signIn.password')}
        autoComplete="current-password"
        size="md"
        required
        withAsterisk={false}
        error={missing.password && t('trouble.missingPassword')}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
      />
      <Button type="submit" size="md" fullWidth loading={isBusy}>
        {t('signIn.submit')}
      </Button>
    </form>
  );
}
