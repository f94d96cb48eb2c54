import { ActionIcon, Menu } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { IconDots } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { moveToTrash } from './actions.ts';
import classes from './CardMenu.module.css';

const EditDialog = lazy(() => import('./EditDialog.tsx'));

export function CardMenu({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recordings');
  const [isEditing, setEditing] = useState(false);

  async function putAway() {
    // The card and its button go: the focus stays on the page rather than nowhere.
    document.getElementById('main')?.focus({ preventScroll: true });
    await moveToTrash(recording);
  }

  return (
    <>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon
            className={classes.button}
            variant="transparent"
            size={34}
            radius="xl"
            aria-label={t('card.menu', { title: recording.title })}
          >
            <IconDots size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setEditing(true)}>{t('card.edit')}</Menu.Item>
          <Menu.Item onClick={() => void putAway()}>{t('card.trash')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isEditing && (
        <Suspense>
          <EditDialog recording={recording} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </>
  );
}
