import { Button, Radio, Textarea, TextInput } from '@mantine/core';
import type { Colleague, Grant } from '@second-look/core/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toDay } from '../../app/format.ts';
import { audienceSentence } from '../recordings/audience.ts';
import { audienceAfter } from './audience-after.ts';
import { endOfDay } from './expiry.ts';
import { PersonSelect } from './PersonSelect.tsx';
import classes from './ShareDialog.module.css';
import { useSharing } from './use-sharing.ts';

interface ShareFormProps {
  recordingId: string;
  grants: readonly Grant[];
}

/** Whom to share with, what they may do and until when; and what will then be so. */
export function ShareForm({ recordingId, grants }: ShareFormProps) {
  const { t } = useTranslation('sharing');
  const { share } = useSharing(recordingId);
  const [person, setPerson] = useState<Colleague | null>(null);
  const [canComment, setCanComment] = useState(true);
  const [day, setDay] = useState('');
  const [reason, setReason] = useState('');

  const principal = person && { type: 'user' as const, id: person.id, name: person.name };
  const expiresAt = endOfDay(day);
  const after = principal && audienceAfter(grants, { principal, canComment, expiresAt });

  const submit = () => {
    if (!principal) return;
    share.mutate(
      { principal, canComment, expiresAt, reason: reason.trim() },
      {
        onSuccess: () => {
          setPerson(null);
          setReason('');
          setDay('');
        },
      },
    );
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <PersonSelect
        without={grants.map(({ principal }) => principal.id)}
        key={person === null ? 'none' : 'some'}
        person={person}
        onChange={setPerson}
      />
      {principal && (
        <>
          <Radio.Group
            label={t('rights.label')}
            value={canComment ? 'comment' : 'view'}
            onChange={(value) => setCanComment(value === 'comment')}
          >
            <div className={classes.choices}>
              <Radio value="comment" label={t('rights.comment')} />
              <Radio value="view" label={t('rights.view')} />
            </div>
          </Radio.Group>
          <TextInput
            type="date"
            label={t('until.label')}
            description={t('until.words')}
            min={toDay(new Date())}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <Textarea
            label={t('reason.label')}
            placeholder={t('reason.placeholder')}
            autosize
            minRows={1}
            maxRows={4}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <p className={classes.after} aria-live="polite">
            {t('willBe')} <b>{after && audienceSentence(after)}</b>
          </p>
          <Button type="submit" loading={share.isPending}>
            {t('share')}
          </Button>
        </>
      )}
    </form>
  );
}
