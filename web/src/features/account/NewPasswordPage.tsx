import './strings.ts';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, call } from '../../app/api.ts';
import { troubleSentence } from '../../app/trouble.ts';
import classes from './Account.module.css';
import { Entrance } from './Entrance.tsx';
import { NewPasswordInput } from './NewPasswordInput.tsx';
import { isLongEnough } from './password.ts';

/** Where the link from the mail leads: its token is behind the `#`, which no server sees. */
export default function NewPasswordPage() {
  const { t } = useTranslation('account');
  const [token] = useState(() => window.location.hash.slice(1));
  const [isShort, setShort] = useState(false);
  const save = useMutation({
    mutationFn: (newPassword: string) =>
      call('POST /api/account/new-password', { body: { token, newPassword } }),
    // Not for whoever looks at the address, or at the history, next.
    onSuccess: () => window.history.replaceState(null, '', window.location.pathname),
  });
  const isOver = save.error instanceof ApiProblem && save.error.code === 'link_over';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('new-password'));
    setShort(!isLongEnough(password));
    if (isLongEnough(password)) save.mutate(password);
  };

  return (
    <Entrance title={t('new.title')}>
      {save.isSuccess && (
        <p role="status" className={classes.notice}>
          {t('new.done')}
        </p>
      )}
      {!token && <p className={classes.trouble}>{t('new.noLink')}</p>}
      {!save.isSuccess && token && (
        <form onSubmit={submit} noValidate className={classes.form}>
          <p>{t('new.words')}</p>
          <div role="alert">
            {save.error && <p className={classes.trouble}>{troubleSentence(save.error)}</p>}
          </div>
          <NewPasswordInput isShort={isShort} />
          <Button type="submit" size="md" fullWidth loading={save.isPending}>
            {t('new.save')}
          </Button>
        </form>
      )}
      {(isOver || !token) && (
        <Link to="/forgotten-password" className={classes.link}>
          {t('new.another')}
        </Link>
      )}
      <Link to="/sign-in" className={classes.link}>
        {t('forgotten.back')}
      </Link>
    </Entrance>
  );
}
