import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import classes from './Account.module.css';
import { NewPasswordInput } from './NewPasswordInput.tsx';
import { isLongEnough } from './password.ts';
import { sessionsQuery } from './queries.ts';

export function PasswordCard() {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [wrong, setWrong] = useState({ present: false, short: false });
  const change = useMutation({
    mutationFn: (body: { password: string; newPassword: string }) =>
      call('POST /api/account/password', { body }),
    onSuccess: () => {
      form.current?.reset();
      showToast(t('page.changed'));
      void queryClient.invalidateQueries(sessionsQuery);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [password, newPassword] = [
      String(data.get('password')),
      String(data.get('new-password')),
    ];
    const found = { present: !password, short: !isLongEnough(newPassword) };
    setWrong(found);
    if (!found.present && !found.short) change.mutate({ password, newPassword });
  };

  return (
    <section className={classes.card} aria-labelledby="password-heading">
      <h2 id="password-heading">{t('page.passwordTitle')}</h2>
      <form ref={form} onSubmit={submit} noValidate className={classes.form}>
        <div role="alert">
          {change.error && <p className={classes.trouble}>{troubleSentence(change.error)}</p>}
        </div>
        <PasswordInput
          name="password"
          label={t('page.present')}
          autoComplete="current-password"
          size="md"
          error={wrong.present && t('trouble.missingPresent')}
          visibilityToggleButtonProps={{ 'aria-label': t('show'), tabIndex: 0 }}
        />
        <NewPasswordInput isShort={wrong.short} />
        <Button type="submit" loading={change.isPending}>
          {t('page.change')}
        </Button>
      </form>
    </section>
  );
}
