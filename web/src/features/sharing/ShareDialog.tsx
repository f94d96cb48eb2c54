import { Modal } from '@mantine/core';
import type { RecordingDetail } from '@second-look/core/contract';
import { IconEye, IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { addStrings } from '../../app/i18n.ts';
import { troubleSentence } from '../../app/trouble.ts';
import clamp from '../../ui/clamp.module.css';
import { audienceSentence } from '../recordings/audience.ts';
import { audienceAfter } from './audience-after.ts';
import { grantsQuery } from './queries.ts';
import classes from './ShareDialog.module.css';
import { ShareForm } from './ShareForm.tsx';
import { ShareRow } from './ShareRow.tsx';
import strings from './strings.en-GB.json';

addStrings('sharing', strings);

interface ShareDialogProps {
  recording: RecordingDetail;
  onClose: () => void;
}

/** Always says first, in one sentence, who can see the recording now. */
export default function ShareDialog({ recording, onClose }: ShareDialogProps) {
  const { t } = useTranslation(['sharing', 'app']);
  const grants = useQuery(grantsQuery(recording.id));
  const items = grants.data?.items ?? [];
  const audience = grants.data ? audienceAfter(items) : (recording.audience ?? []);

  return (
    <Modal
      opened
      onClose={onClose}
      size={560}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      title={<span title={recording.title}>{t('title', { title: recording.title })}</span>}
      classNames={{ title: `${classes.title} ${clamp.clamp}` }}
    >
      <p className={classes.now} data-shared={audience.length > 0 || undefined} aria-live="polite">
        {audience.length > 0 ? (
          <IconEye size={18} aria-hidden />
        ) : (
          <IconLock size={18} aria-hidden />
        )}
        {audienceSentence(audience)}
      </p>
      {grants.error && <p role="alert">{troubleSentence(grants.error)}</p>}
      {items.length > 0 && (
        <ul className={classes.rows} aria-label={t('row.list')}>
          {items.map((grant) => (
            <ShareRow key={grant.id} grant={grant} />
          ))}
        </ul>
      )}
      <ShareForm recordingId={recording.id} grants={items} />
      <p className={classes.nobody}>{t('nobodyElse')}</p>
    </Modal>
  );
}
