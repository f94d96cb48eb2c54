import type { Annotation } from '@second-look/core/contract';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../../ui/Avatar.tsx';
import { KindDot } from '../../ui/KindDot.tsx';
import { firstName } from '../../ui/person.ts';
import classes from './NoteCard.module.css';
import { NoteEditor } from './NoteEditor.tsx';
import { NoteMenu } from './NoteMenu.tsx';
import { formatSpan } from './notes.ts';
import { Replies } from './Replies.tsx';
import { ReplyComposer } from './ReplyComposer.tsx';
import { useReview } from './review-context.ts';
import { WhenWritten } from './WhenWritten.tsx';

interface NoteCardProps {
  note: Annotation;
  /** The video is at this note, or it was opened. */
  isLit: boolean;
  isEditing: boolean;
  onEdit: (isEditing: boolean) => void;
}

export const NoteCard = memo(function NoteCard({ note, isLit, isEditing, onEdit }: NoteCardProps) {
  const { t } = useTranslation('review');
  const { tab, openNote } = useReview();
  const [isReplying, setReplying] = useState(false);
  const canReply = tab.canComment && tab.conversationId !== null;

  return (
    <article
      className={classes.card}
      data-lit={isLit || undefined}
      aria-current={isLit || undefined}
    >
      <div className={classes.top}>
        <Avatar person={note.author} size={26} />
        <b>{firstName(note.author.name)}</b>
        <KindDot kind={note.kind} />
        <span className={classes.grow} />
        <button
          type="button"
          className={classes.time}
          aria-label={t('note.goTo', { time: formatSpan(note) })}
          onClick={() => openNote(note)}
        >
          {formatSpan(note)}
        </button>
        <NoteMenu note={note} onEdit={() => onEdit(true)} />
      </div>
      {isEditing ? (
        <NoteEditor note={note} onClose={() => onEdit(false)} />
      ) : (
        <>
          {note.body && <p className={classes.body}>{note.body}</p>}
          {note.tags.length > 0 && (
            <p className={classes.tags}>
              {note.tags.map((tag) => (
                <span key={tag}># {tag}</span>
              ))}
            </p>
          )}
        </>
      )}
      <Replies note={note} />
      {isReplying && <ReplyComposer note={note} onClose={() => setReplying(false)} />}
      {!isEditing && !isReplying && (
        <div className={classes.foot}>
          <WhenWritten at={note.createdAt} changedAt={note.updatedAt} />
          <span className={classes.grow} />
          {note.isMine && tab.canChange && !note.body && (
            <button type="button" className={classes.quiet} onClick={() => onEdit(true)}>
              {t('note.addWords')}
            </button>
          )}
          {canReply && (
            <button type="button" className={classes.quiet} onClick={() => setReplying(true)}>
              {t('reply.open')}
            </button>
          )}
        </div>
      )}
    </article>
  );
});
