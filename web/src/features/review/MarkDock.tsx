import { Button, Textarea } from '@mantine/core';
import type { AnnotationKind } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { newId } from '../../app/new-id.ts';
import { KindDot } from '../../ui/KindDot.tsx';
import { firstName } from '../../ui/person.ts';
import { kinds } from './kinds.ts';
import classes from './MarkDock.module.css';
import { markStore } from './mark.ts';
import { useStore } from './persisted-store.ts';
import { useReview } from './review-context.ts';
import { usePauseWhileTyping } from './use-pause-while-typing.ts';
import { usePreference } from './use-preference.ts';

/** Four large buttons at the thumb: each marks this moment at once. Words may follow. */
export function MarkDock() {
  const { t } = useTranslation(['review', 'app']);
  const { recording, me, tab, port, outbox, changes, announce } = useReview();
  const store = useMemo(() => markStore(me.id, recording.id), [me.id, recording.id]);
  const mark = useStore(store);
  const [isPausing] = usePreference('pause-while-typing');
  const pause = usePauseWhileTyping(port, isPausing);
  const dock = useRef<HTMLDivElement>(null);
  const name = tab.withName === null ? '' : firstName(tab.withName);
  const time = mark ? formatTimeCode(mark.note.startMs) : '';

  // Whatever else stands at the bottom of the screen can keep clear of the dock.
  useEffect(() => {
    if (!dock.current) return;
    const root = document.documentElement.style;
    const observer = new ResizeObserver(([entry]) => {
      root.setProperty('--dock-height', `${Math.ceil(entry?.borderBoxSize[0]?.blockSize ?? 0)}px`);
    });
    observer.observe(dock.current);
    return () => {
      observer.disconnect();
      root.removeProperty('--dock-height');
    };
  }, []);

  if (!tab.canComment) return null;

  const keepWords = async () => {
    const kept = store.get();
    if (!kept) return;
    const body = kept.words.trim();
    // The outbox keeps the words before they are let go of here.
    const sending = body && outbox.send({ ...kept.note, body, savedId: kept.saved?.id });
    store.dispatch(null);
    pause.end();
    if (!sending) return;
    const about = { time: formatTimeCode(kept.note.startMs) };
    announce(t((await sending) ? 'composer.sent' : 'composer.kept', about));
  };
  const markMoment = async (kind: AnnotationKind) => {
    if (!port) return;
    void keepWords();
    const note = {
      clientId: newId(),
      conversationId: tab.conversationId,
      kind,
      body: '',
      startMs: port.currentMs(),
      endMs: null,
      writtenAt: new Date().toISOString(),
      state: 'sending' as const,
      detail: '',
    };
    store.dispatch({ note, words: '', saved: null });
    announce(t('dock.marked', { time: formatTimeCode(note.startMs) }));
    const saved = await outbox.send(note);
    const now = store.get();
    if (saved && now?.note.clientId === note.clientId) store.dispatch({ ...now, saved });
  };
  const undo = async () => {
    const taken = store.get();
    store.dispatch(null);
    pause.end();
    if (!taken) return;
    const saved = taken.saved ?? (await outbox.discard(taken.note.clientId));
    if (saved) await changes.remove(saved);
  };
  const write = (words: string) => {
    if (!mark) return;
    if (mark.words === '' && words !== '') pause.begin();
    store.dispatch({ ...mark, words });
  };

  return (
    <div ref={dock} className={classes.dock}>
      {mark ? (
        <div className={classes.words}>
          <div className={classes.line}>
            <KindDot kind={mark.note.kind} />
            <span>{t('dock.marked', { time })}</span>
            <span className={classes.grow} />
            <Button size="compact-sm" variant="subtle" onClick={() => void undo()}>
              {t('app:undo')}
            </Button>
          </div>
          <div className={classes.line}>
            <Textarea
              className={classes.field}
              autosize
              minRows={1}
              maxRows={5}
              maxLength={5000}
              aria-label={t('dock.words')}
              placeholder={t('dock.words')}
              value={mark.words}
              onChange={(event) => write(event.currentTarget.value)}
            />
            <Button onClick={() => void keepWords()}>{t('dock.done')}</Button>
          </div>
        </div>
      ) : (
        <p className={classes.hint}>
          {tab.withName === null ? t('dock.forMe') : t('dock.forThem', { name })}
        </p>
      )}
      <fieldset className={classes.kinds} aria-label={t('kind')}>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className={classes.kind}
            style={{ color: `var(--kind-${kind})` }}
            disabled={!port}
            onClick={() => void markMoment(kind)}
          >
            {t(`app:kinds.${kind}`)}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
