import { Button, Textarea } from '@mantine/core';
import type { Annotation, Reply } from '@second-look/core/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import classes from './NoteCard.module.css';
import { useReview } from './review-context.ts';
import { WhenWritten } from './WhenWritten.tsx';

export function Replies({ note }: { note: Annotation }) {
  if (note.replies.length === 0) return null;
  return (
    <ul className={classes.replies}>
      {note.replies.map((reply) => (
        <li key={reply.id}>
          <OneReply note={note} reply={reply} />
        </li>
      ))}
    </ul>
  );
}

function OneReply({ note, reply }: { note: Annotation; reply: Reply }) {
  const { t } = useTranslation(['review', 'app']);
  const { tab, changes } = useReview();
  const [edited, setEdited] = useState<string | null>(null);

  const save = async () => {
    const body = edited?.trim();
    if (!body) return;
    setEdited(null);
    if (!(await changes.editReply(note, reply, body))) setEdited(body);
  };
  return (
    <>
      <div className={classes.replyTop}>
        <b>{firstName(reply.author.name)}</b>
        <WhenWritten at={reply.createdAt} changedAt={reply.updatedAt} />
        <span className={classes.grow} />
        {reply.isMine && edited === null && (
          <>
            {tab.canChange && (
              <button type="button" className={classes.quiet} onClick={() => setEdited(reply.body)}>
                {t('reply.edit')}
              </button>
            )}
            <button
              type="button"
              className={classes.quiet}
              onClick={() => void changes.removeReply(note, reply)}
            >
              {t('reply.delete')}
            </button>
          </>
        )}
      </div>
      {edited === null ? (
        <p className={classes.body}>{reply.body}</p>
      ) : (
        <div className={classes.editor}>
          <Textarea
            autosize
            minRows={1}
            maxLength={5000}
            aria-label={t('reply.words')}
            autoFocus
            value={edited}
            onChange={(event) => setEdited(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setEdited(null);
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
            }}
          />
          <div className={classes.actions}>
            <Button size="compact-sm" onClick={() => void save()}>
              {t('note.save')}
            </Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setEdited(null)}>
              {t('app:cancel')}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
