import { ActionIcon, Button, Menu, Modal, NativeSelect } from '@mantine/core';
import type { Staff } from '@second-look/core/contract';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../../ui/Avatar.tsx';
import { useMe } from '../session/me.ts';
import { closeAccount, giveRole, reopenAccount } from './actions.ts';
import classes from './People.module.css';
import { roles } from './roles.ts';

export function StaffList({
  organisationId,
  people,
}: {
  organisationId: string;
  people: readonly Staff[];
}) {
  const { t } = useTranslation('people');
  const [leaving, setLeaving] = useState<Staff>();
  if (people.length === 0) return <p className={classes.empty}>{t('nobody')}</p>;
  return (
    <>
      <ul className={classes.list}>
        {people.map((person) => (
          <Row
            key={person.id}
            organisationId={organisationId}
            person={person}
            onClose={() => setLeaving(person)}
          />
        ))}
      </ul>
      {leaving && <CloseDialog person={leaving} onEnd={() => setLeaving(undefined)} />}
    </>
  );
}

function Row({
  organisationId,
  person,
  onClose,
}: {
  organisationId: string;
  person: Staff;
  onClose: () => void;
}) {
  const { t } = useTranslation('people');
  const me = useMe();
  const { id, name, email, role, closedAt } = person;
  const isMe = id === me?.id;
  return (
    <li data-closed={closedAt !== null || undefined}>
      <Avatar person={person} size={36} />
      <div className={classes.who}>
        <b>
          {name}
          {isMe && <span className={classes.tag}>{t('you')}</span>}
          {closedAt && <span className={classes.tag}>{t('left')}</span>}
        </b>
        <span>{email}</span>
      </div>
      <NativeSelect
        size="xs"
        className={classes.role}
        aria-label={t('roleOf', { name })}
        value={role}
        disabled={isMe || closedAt !== null}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        onChange={({ currentTarget }) =>
          void giveRole(organisationId, person, currentTarget.value as Staff['role'])
        }
      />
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={32} aria-label={t('more', { name })} disabled={isMe}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {closedAt ? (
            <Menu.Item onClick={() => void reopenAccount(person)}>{t('reopen')}</Menu.Item>
          ) : (
            <Menu.Item onClick={onClose}>{t('close')}</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}

function CloseDialog({ person, onEnd }: { person: Staff; onEnd: () => void }) {
  const { t } = useTranslation('people');
  const [isAtWork, setAtWork] = useState(false);
  const close = async () => {
    setAtWork(true);
    await closeAccount(person);
    onEnd();
  };
  return (
    <Modal
      opened
      onClose={onEnd}
      title={t('closeYes')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      classNames={{ title: classes.heading }}
    >
      <div className={classes.dialog}>
        <p>{t('closeQuestion', { name: person.name })}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={onEnd} data-autofocus>
            {t('app:cancel')}
          </Button>
          <Button onClick={() => void close()} loading={isAtWork}>
            {t('closeYes')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
