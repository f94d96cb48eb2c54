import { Button } from '@mantine/core';
import type { Invitation } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../app/format.ts';
import { inviteAgain, withdraw } from './actions.ts';
import classes from './People.module.css';

export function InvitationList({
  organisationId,
  invitations,
}: {
  organisationId: string;
  invitations: readonly Invitation[];
}) {
  const { t } = useTranslation('people');
  if (invitations.length === 0) return null;
  const small = { size: 'xs', variant: 'default' } as const;
  return (
    <section aria-labelledby="invited-heading">
      <h2 id="invited-heading" className={classes.subtitle}>
        {t('invitationsTitle')}
      </h2>
      <ul className={classes.list}>
        {invitations.map((invitation) => {
          const { id, email, role, invitedBy, expiresAt, isOver } = invitation;
          const about = {
            role: t(`role.${role}`),
            name: invitedBy,
            when: formatDate(new Date(expiresAt)),
          };
          return (
            <li key={id}>
              <div className={classes.who}>
                <b>{email}</b>
                <span>{t(isOver ? 'invitationOver' : 'invitedBy', about)}</span>
              </div>
              <div className={classes.buttons}>
                <Button
                  {...small}
                  aria-label={t('againLabel', { email })}
                  onClick={() => void inviteAgain(organisationId, invitation)}
                >
                  {t('again')}
                </Button>
                <Button
                  {...small}
                  aria-label={t('withdrawLabel', { email })}
                  onClick={() => void withdraw(invitation)}
                >
                  {t('withdraw')}
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
