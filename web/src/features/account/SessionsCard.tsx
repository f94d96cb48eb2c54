import { Button, Skeleton } from '@mantine/core';
import type { Session } from '@second-look/core/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { formatClock, formatDate, formatDay } from '../../app/format.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import classes from './Account.module.css';
import { deviceOf } from './device.ts';
import { sessionsQuery } from './queries.ts';

export function SessionsCard() {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const { data, error } = useQuery(sessionsQuery);
  /** @param id of the one that is ended; without it, all others are */
  const end = useMutation({
    mutationFn: (id?: string) =>
      id
        ? call('DELETE /api/account/sessions/:id', { params: { id } })
        : call('DELETE /api/account/sessions', {}),
    onSuccess: (_, id) => showToast(t(id ? 'page.ended' : 'page.othersEnded')),
    onError: (error) => showToast(troubleSentence(error), { tone: 'trouble' }),
    onSettled: () => queryClient.invalidateQueries(sessionsQuery),
  });
  const others = data?.items.filter(({ isThis }) => !isThis) ?? [];

  return (
    <section className={classes.card} aria-labelledby="sessions-heading">
      <h2 id="sessions-heading">{t('page.sessionsTitle')}</h2>
      <p className={classes.words}>{t('page.sessionsWords')}</p>
      {!data && !error && <Skeleton height={120} mt={12} radius={8} />}
      {!data && error && (
        <p role="alert" className={classes.trouble}>
          {troubleSentence(error)}
        </p>
      )}
      <ul className={classes.sessions}>
        {data?.items.map((session) => (
          <li key={session.id}>
            <div>
              <b>{deviceWords(session, t)}</b>
              <span>
                {session.isThis ? t('page.this') : seenWords(session, t)}
                {' · '}
                {t('page.started', { when: formatDate(new Date(session.startedAt)) })}
              </span>
            </div>
            {!session.isThis && (
              <Button
                size="xs"
                variant="default"
                aria-label={t('page.endLabel', {
                  device: deviceWords(session, t),
                  seen: seenWords(session, t),
                })}
                onClick={() => end.mutate(session.id)}
              >
                {t('page.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <Button variant="default" onClick={() => end.mutate(undefined)} loading={end.isPending}>
          {t('page.endOthers')}
        </Button>
      )}
    </section>
  );
}

function deviceWords({ userAgent }: Session, t: TFunction<'account'>): string {
  const device = deviceOf(userAgent);
  return device ? t('page.onDevice', { ...device }) : t('page.unknown');
}

function seenWords({ seenAt }: Session, t: TFunction<'account'>): string {
  const seen = new Date(seenAt);
  return t('page.seen', { when: `${formatDay(seen)}, ${formatClock(seen)}` });
}
