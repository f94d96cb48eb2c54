import { Button, Modal, NativeSelect, Textarea } from '@mantine/core';
import type { Staff } from '@second-look/core/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import { invite } from './actions.ts';
import { addressesIn } from './addresses.ts';
import classes from './People.module.css';
import { roles } from './roles.ts';

/** As the contract says, whose values would bring zod along. */
const mostAtOnce = 200;

/** Takes a list of addresses; those that could not be invited stay in it, each with its reason. */
export default function InviteDialog({
  organisation,
  onClose,
}: {
  organisation: { id: string; name: string };
  onClose: () => void;
}) {
  const { t } = useTranslation('people');
  const [text, setText] = useState('');
  const [role, setRole] = useState<Staff['role']>('member');
  const [isMissing, setMissing] = useState(false);
  const emails = addressesIn(text);
  const send = useMutation({
    mutationFn: () => invite(organisation.id, { emails, role }),
    onSuccess: ({ invited, refused }) => {
      if (invited.length > 0) showToast(t('inviteDialog.invited', { count: invited.length }));
      if (refused.length === 0) onClose();
      else setText(refused.map(({ email }) => email).join('\n'));
    },
  });
  const submit = () => {
    setMissing(emails.length === 0);
    if (emails.length > 0 && emails.length <= mostAtOnce) send.mutate();
  };
  const trouble =
    emails.length > mostAtOnce ? t('inviteDialog.tooMany') : isMissing && t('inviteDialog.missing');

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('inviteDialog.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      classNames={{ title: classes.heading }}
    >
      <div className={classes.dialog}>
        <p className={classes.words}>{t('inviteDialog.to', { organisation: organisation.name })}</p>
        <div role="alert">
          {send.error && <p className={classes.trouble}>{troubleSentence(send.error)}</p>}
          {send.data && send.data.refused.length > 0 && (
            <div className={classes.trouble}>
              <p>{t('inviteDialog.refused')}</p>
              <ul>
                {send.data.refused.map(({ email, reason }) => (
                  <li key={email}>
                    <b>{email}</b>: {reason}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
        <Textarea
          label={t('inviteDialog.emails')}
          description={t('inviteDialog.rule')}
          autosize
          minRows={3}
          maxRows={10}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          error={trouble}
          data-autofocus
        />
        <NativeSelect
          label={t('inviteDialog.role')}
          description={t('inviteDialog.roleWords')}
          value={role}
          data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          onChange={({ currentTarget }) => setRole(currentTarget.value as Staff['role'])}
        />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button onClick={submit} loading={send.isPending}>
            {emails.length > 0
              ? t('inviteDialog.send', { count: emails.length })
              : t('inviteDialog.sendNone')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
