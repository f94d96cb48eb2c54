import { Button, Switch, Textarea } from '@mantine/core';
import { formatTimeCode } from '@second-look/core/time';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { newId } from '../../app/new-id.ts';
import { firstName } from '../../ui/person.ts';
import classes from './Composer.module.css';
import { DraftTime } from './DraftTime.tsx';
import { isUntouched } from './draft.ts';
import type { DraftStore } from './draft-store.ts';
import { KindPicker } from './KindPicker.tsx';
import { useStore } from './persisted-store.ts';
import { useReview } from './review-context.ts';
import { usePauseWhileTyping } from './use-pause-while-typing.ts';
import { usePreference } from './use-preference.ts';

/** Where a note is written. Its time is that of the first keystroke. */
export function Composer({ draft }: { draft: DraftStore }) {
  const { t } = useTranslation('review');
  const { tab, port, outbox, announce, showNote, recording } = useReview();
  const { kind, body, endMs } = useStore(draft);
  const [isPausing, setPausing] = usePreference('pause-while-typing');
  const pause = usePauseWhileTyping(port, isPausing);
  const name = tab.withName === null ? '' : firstName(tab.withName);
  const isEmpty = isUntouched(draft.get());

  if (!tab.canComment) {
    const reason = !tab.isLive ? 'ended' : recording.isMine ? 'watching' : 'onlyWatching';
    return <p className={classes.closed}>{t(`composer.${reason}`, { name })}</p>;
  }

  const write = (text: string) => {
    if (body === '' && text !== '') pause.begin();
    draft.dispatch({ type: 'typed', body: text, nowMs: port?.currentMs() ?? 0 });
    if (text === '') pause.end();
  };
  const clear = () => {
    draft.dispatch({ type: 'cleared', clientId: newId() });
    pause.end();
  };
  const send = async () => {
    const { clientId, startMs } = draft.get();
    if (isEmpty || startMs === null) return;
    clear();
    const saved = await outbox.send({
      clientId,
      conversationId: tab.conversationId,
      kind,
      body: body.trim(),
      startMs,
      endMs,
      writtenAt: new Date().toISOString(),
      state: 'sending',
      detail: '',
    });
    announce(t(saved ? 'composer.sent' : 'composer.kept', { time: formatTimeCode(startMs) }));
    if (saved) showNote(saved.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className={classes.card}
      aria-label={t('composer.label')}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className={classes.top}>
        <KindPicker
          kind={kind}
          onChange={(each) => draft.dispatch({ type: 'kindChosen', kind: each })}
        />
        <DraftTime draft={draft} />
      </div>
      <Textarea
        id="composer"
        variant="unstyled"
        autosize
        minRows={2}
        maxRows={9}
        maxLength={5000}
        aria-label={t('composer.words')}
        placeholder={tab.withName === null ? t('composer.forMe') : t('composer.forThem', { name })}
        classNames={{ input: classes.words }}
        value={body}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.foot}>
        <Switch
          size="xs"
          label={t('composer.pause')}
          checked={isPausing}
          onChange={(event) => setPausing(event.currentTarget.checked)}
        />
        <span className={classes.grow} />
        {!isEmpty && (
          <Button size="xs" h={32} variant="subtle" color="gray" onClick={clear}>
            {t('composer.clear')}
          </Button>
        )}
        <Button type="submit" size="xs" h={32} disabled={isEmpty}>
          {t(tab.withName === null ? 'composer.keep' : 'composer.send')}
        </Button>
      </div>
    </form>
  );
}
