import './strings.ts';
import { Button, Radio, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../app/format.ts';
import { FilePicker } from './FilePicker.tsx';
import classes from './PickedCard.module.css';
import { PickedList } from './PickedList.tsx';
import { addPicked, confirm, decide, type Pending, putAway } from './pending.ts';
import { mostParts } from './place.ts';

const choiceClasses = {
  root: classes.choice,
  radio: classes.dot,
  icon: classes.mark,
  description: classes.about,
};

/** Asks whether several videos are one lesson, and in which order. Nothing begins before it is answered. */
export function PickedCard({ pending }: { pending: Pending }) {
  const { t } = useTranslation('upload');
  const { picked, isOneLesson, looksSplit } = pending;
  const [said, say] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const headingId = useId();
  const count = picked.length;
  const isTooMany = count > mostParts;
  const sizeBytes = picked.reduce((total, { file }) => total + file.size, 0);

  useEffect(() => heading.current?.focus(), []);

  return (
    <section className={classes.card} aria-labelledby={headingId}>
      <h2 ref={heading} id={headingId} tabIndex={-1} className={classes.question}>
        {t('picked.question', { count })}
      </h2>
      <p className={classes.why}>{t(looksSplit ? 'picked.looksSplit' : 'picked.why')}</p>
      {count > 1 && (
        <Radio.Group
          aria-labelledby={headingId}
          value={isOneLesson ? 'one' : 'each'}
          onChange={(value) => decide(value === 'one')}
        >
          <div className={classes.choices}>
            <Radio
              value="one"
              classNames={choiceClasses}
              label={t('picked.oneLesson')}
              description={
                isTooMany ? t('picked.tooMany', { count: mostParts }) : t('picked.oneLessonWords')
              }
              disabled={isTooMany}
            />
            <Radio
              value="each"
              classNames={choiceClasses}
              label={t('picked.each', { count })}
              description={t('picked.eachWords')}
            />
          </div>
        </Radio.Group>
      )}
      <PickedList picked={picked} isOrdered={isOneLesson && count > 1} onSay={say} />
      <div className={classes.listFoot}>
        <FilePicker
          multiple
          variant="subtle"
          className={classes.more}
          leftSection={<IconPlus size={17} aria-hidden />}
          onPick={(more) => {
            void addPicked(more).then((isMore) => isMore && say(t('picked.added')));
          }}
        >
          {t('picked.more')}
        </FilePicker>
        <span className={classes.facts}>{t('picked.total', { size: formatBytes(sizeBytes) })}</span>
      </div>
      <div className={classes.foot}>
        <Button onClick={() => void confirm()}>
          {isOneLesson && count > 1 ? t('picked.startOne') : t('picked.start', { count })}
        </Button>
        <Button variant="default" onClick={putAway}>
          {t('picked.cancel')}
        </Button>
      </div>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </section>
  );
}
