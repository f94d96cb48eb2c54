import { Button, Textarea } from '@mantine/core';
import type { Annotation } from '@second-look/core/contract';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KindPicker } from './KindPicker.tsx';
import classes from './NoteCard.module.css';
import { usePersistedText } from './persisted-store.ts';
import { useReview } from './review-context.ts';
import { TimeFields } from './TimeFields.tsx';

export function NoteEditor({ note, onClose }: { note: Annotation; onClose: () => void }) {
  const { t } = useTranslation(['review', 'app']);
  const { changes, me } = useReview();
  const [body, setBody] = usePersistedText(`second-look:edit:${me.id}:${note.id}`, note.body);
  const [kind, setKind] = useState(note.kind);
  const [span, setSpan] = useState({ startMs: note.startMs, endMs: note.endMs });

  const close = () => {
    setBody('');
    onClose();
  };
  const save = async () => {
    onClose();
    if (await changes.edit(note, { kind, body: body.trim(), ...span })) setBody('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
  };
  return (
    <form
      className={classes.editor}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <KindPicker kind={kind} onChange={setKind} />
      <Textarea
        autosize
        minRows={2}
        maxRows={12}
        maxLength={5000}
        aria-label={t('composer.words')}
        autoFocus
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <TimeFields {...span} onChange={(startMs, endMs) => setSpan({ startMs, endMs })} />
      <div className={classes.actions}>
        <Button type="submit" size="compact-sm">
          {t('note.save')}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={close}>
          {t('app:cancel')}
        </Button>
      </div>
    </form>
  );
}
