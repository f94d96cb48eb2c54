import { ActionIcon, Menu } from '@mantine/core';
import type { Annotation } from '@second-look/core/contract';
import { IconDots, IconLink, IconMessageForward, IconPencil, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import { copyLink } from './copy-link.ts';
import { formatSpan } from './notes.ts';
import { useReview } from './review-context.ts';

export function NoteMenu({ note, onEdit }: { note: Annotation; onEdit: () => void }) {
  const { t } = useTranslation('review');
  const { tab: shown, tabs, changes } = useReview();
  const targets =
    note.isMine && note.conversationId === null
      ? tabs.filter((tab) => tab.conversationId !== null && tab.isLive && tab.canComment)
      : [];
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={26}
          aria-label={t('note.more', { time: formatSpan(note) })}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {note.isMine && shown.canChange && (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
            {t('note.edit')}
          </Menu.Item>
        )}
        {targets.map(({ id, conversationId, withName }) => {
          const name = firstName(withName ?? '');
          return (
            <Menu.Item
              key={id}
              leftSection={<IconMessageForward size={16} />}
              onClick={() => void changes.move(note, conversationId, name)}
            >
              {t('note.move', { name })}
            </Menu.Item>
          );
        })}
        <Menu.Item
          leftSection={<IconLink size={16} />}
          onClick={() => copyLink(note.recordingId, { atMs: note.startMs, noteId: note.id })}
        >
          {t('note.copyLink')}
        </Menu.Item>
        {note.isMine && (
          <>
            <Menu.Divider />
            <Menu.Item
              color="var(--alarm)"
              leftSection={<IconTrash size={16} />}
              onClick={() => void changes.remove(note)}
            >
              {t('note.delete')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
