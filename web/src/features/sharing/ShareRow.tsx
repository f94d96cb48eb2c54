import { ActionIcon, Button, NativeSelect, Popover, TextInput } from '@mantine/core';
import type { Grant } from '@second-look/core/contract';
import { IconCalendar } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { formatDate, toDay } from '../../app/format.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { dayOf, endOfDay } from './expiry.ts';
import classes from './ShareDialog.module.css';
import { rightsOf, useSharing } from './use-sharing.ts';

/** One share: what it allows, until when, and how to end it. Each change holds at once. */
export function ShareRow({ grant }: { grant: Grant }) {
  const { t } = useTranslation('sharing');
  const { change, stop } = useSharing(grant.recordingId);
  const { principal, expiresAt } = grant;
  const canComment = grant.rights.includes('comment');
  const isBusy = change.isPending || stop.isPending;

  return (
    <li className={classes.row}>
      <Avatar person={principal} size={32} />
      <div className={classes.who}>
        <b>{principal.name}</b>
        <small>
          {expiresAt ? t('row.until', { date: formatDate(new Date(expiresAt)) }) : t('row.noEnd')}
        </small>
      </div>
      <div className={classes.controls}>
        <NativeSelect
          size="xs"
          aria-label={t('row.rights', { name: principal.name })}
          value={canComment ? 'comment' : 'view'}
          disabled={isBusy}
          data={[
            { value: 'view', label: t('rights.view') },
            { value: 'comment', label: t('rights.comment') },
          ]}
          onChange={(event) =>
            change.mutate({
              id: grant.id,
              rights: [...rightsOf(event.currentTarget.value === 'comment')],
              expiresAt,
            })
          }
        />
        <Popover position="bottom-end" shadow="md" trapFocus>
          <Popover.Target>
            <ActionIcon
              variant="default"
              size={30}
              aria-label={t('row.changeEnd', { name: principal.name })}
              title={t('row.changeEnd', { name: principal.name })}
            >
              <IconCalendar size={16} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <TextInput
              type="date"
              label={t('until.label')}
              description={t('until.words')}
              min={toDay(new Date())}
              defaultValue={dayOf(expiresAt)}
              onBlur={(event) => {
                const day = event.currentTarget.value;
                if (day === dayOf(expiresAt)) return;
                change.mutate({ id: grant.id, rights: grant.rights, expiresAt: endOfDay(day) });
              }}
              onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
            />
          </Popover.Dropdown>
        </Popover>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          className={classes.stop}
          loading={stop.isPending}
          onClick={() => stop.mutate(grant)}
        >
          {t('row.stop')}
        </Button>
      </div>
    </li>
  );
}
