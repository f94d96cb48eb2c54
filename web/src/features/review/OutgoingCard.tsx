import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { KindDot } from '../../ui/KindDot.tsx';
import classes from './NoteCard.module.css';
import { formatSpan } from './notes.ts';
import type { OutgoingNote } from './outbox.ts';
import { useReview } from './review-context.ts';

/** A note that the server does not have yet: what happened, that it is kept, and what to do. */
export function OutgoingCard({ note }: { note: OutgoingNote }) {
  const { t } = useTranslation('review');
  const { outbox } = useReview();
  return (
    <article className={classes.card} data-unsent>
      <div className={classes.top}>
        <KindDot kind={note.kind} />
        <span className={classes.grow} />
        <span className={classes.time}>{formatSpan(note)}</span>
      </div>
      {note.body && <p className={classes.body}>{note.body}</p>}
      <p className={classes.trouble} role="alert">
        {note.state === 'refused'
          ? t('unsent.refused', { reason: note.detail })
          : t('unsent.waiting')}
      </p>
      <div className={classes.actions}>
        <Button size="compact-sm" variant="default" onClick={() => void outbox.send(note)}>
          {t('unsent.again')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => void outbox.discard(note.clientId)}
        >
          {t('unsent.discard')}
        </Button>
      </div>
    </article>
  );
}
