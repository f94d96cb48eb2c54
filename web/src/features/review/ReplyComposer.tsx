import { Button, Textarea } from '@mantine/core';
import type { Annotation } from '@second-look/core/contract';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import classes from './NoteCard.module.css';
import { useStore } from './persisted-store.ts';
import { replyDraftStore } from './reply-draft.ts';
import { useReview } from './review-context.ts';

export function ReplyComposer({ note, onClose }: { note: Annotation; onClose: () => void }) {
  const { t } = useTranslation(['review', 'app']);
  const { me, changes, announce } = useReview();
  const store = useMemo(() => replyDraftStore(me.id, note.id), [me.id, note.id]);
  const draft = useStore(store);
  const [isSending, setSending] = useState(false);

  const send = async () => {
    const body = draft.body.trim();
    if (!body || isSending) return;
    setSending(true);
    const isSent = await changes.reply(note, body, draft.clientId);
    setSending(false);
    if (!isSent) return;
    store.dispatch({ type: 'cleared' });
    announce(t('reply.sent'));
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
  };
  return (
    <div className={classes.editor}>
      <Textarea
        autosize
        minRows={1}
        maxRows={9}
        maxLength={5000}
        aria-label={t('reply.words')}
        placeholder={t('reply.to', { name: firstName(note.author.name) })}
        autoFocus
        value={draft.body}
        onChange={(event) => store.dispatch({ type: 'typed', body: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <div className={classes.actions}>
        <Button
          size="compact-sm"
          loading={isSending}
          disabled={draft.body.trim() === ''}
          onClick={() => void send()}
        >
          {t('reply.send')}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>
          {t('app:cancel')}
        </Button>
      </div>
    </div>
  );
}
