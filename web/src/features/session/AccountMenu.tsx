import './strings.ts';
import {
  type MantineColorScheme,
  Menu,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { troubleSentence } from '../../app/trouble.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { showToast } from '../../ui/toasts.ts';
import classes from './AccountMenu.module.css';
import { useMe } from './me.ts';
import { signOut } from './session.ts';

const appearances = ['auto', 'light', 'dark'] as const;

export function AccountMenu() {
  const { t } = useTranslation(['app', 'session']);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const me = useMe();
  if (!me) return null;
  const school = me.organisations.find(({ kind }) => kind === 'school') ?? me.organisations[0];

  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <UnstyledButton
          className={classes.button}
          aria-label={t('account.open', { name: me.name })}
        >
          <Avatar person={me} size={34} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <b>{me.name}</b>
          {school && <span>{school.name}</span>}
          <span>{me.email}</span>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/account">
          {t('account.page')}
        </Menu.Item>
        <Menu.Item component={Link} to="/trash">
          {t('account.trash')}
        </Menu.Item>
        {me.organisations.some(({ role }) => role === 'admin') && (
          <Menu.Item component={Link} to="/people">
            {t('account.people')}
          </Menu.Item>
        )}
        {me.isAdministrator && (
          <Menu.Item component={Link} to="/administration">
            {t('account.administration')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{t('account.appearance')}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
        >
          {appearances.map((appearance) => (
            <Menu.RadioItem
              key={appearance}
              value={appearance}
              checkIcon={<IconCheck size={16} aria-hidden />}
            >
              {t(`account.${appearance}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item
          onClick={() =>
            signOut().catch((error: unknown) =>
              showToast(t('session:trouble.signOut', { reason: troubleSentence(error) }), {
                tone: 'trouble',
              }),
            )
          }
        >
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
