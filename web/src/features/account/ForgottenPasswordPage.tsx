import './strings.ts';
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { troubleSentence } from '../../app/trouble.ts';
import classes from './Account.module.css';
import { Entrance } from './Entrance.tsx';

/** Asks for a link to choose a new password by. */
export default function ForgottenPasswordPage() {
  const { t } = useTranslation('account');
  const [isMissing, setMissing] = useState(false);
  const ask = useMutation({
    mutationFn: (email: string) =>
      call('POST /api/account/forgotten-password', { body: { email } }).then(() => email),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    setMissing(!email);
    if (email) ask.mutate(email);
  };

  return (
    <Entrance title={t('forgotten.title')}>
      {ask.data ? (
        <p role="status" className={classes.notice}>
          {t('forgotten.sent', { email: ask.data })}
        </p>
      ) : (
        <form onSubmit={submit} noValidate className={classes.form}>
          <p>{t('forgotten.words')}</p>
          <div role="alert">
            {ask.error && <p className={classes.trouble}>{troubleSentence(ask.error)}</p>}
          </div>
          <TextInput
            name="email"
            type="email"
            label={t('forgotten.email')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            size="md"
            error={isMissing && t('trouble.missingEmail')}
          />
          <Button type="submit" size="md" fullWidth loading={ask.isPending}>
            {t('forgotten.send')}
          </Button>
        </form>
      )}
      <Link to="/sign-in" className={classes.link}>
        {t('forgotten.back')}
      </Link>
    </Entrance>
  );
}
