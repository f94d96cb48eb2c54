import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconKeyboard, IconLink } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatPercent, toDate } from '../../app/format.ts';
import { isolated } from '../../app/isolated.ts';
import { AudiencePill } from '../../ui/AudiencePill.tsx';
import clamp from '../../ui/clamp.module.css';
import { firstName } from '../../ui/person.ts';
import { accessSentence } from '../recordings/access-sentence.ts';
import { copyLink } from './copy-link.ts';
import { FilmItems } from './FilmItems.tsx';
import classes from './ReviewHeader.module.css';
import { useReview } from './review-context.ts';

interface ReviewHeaderProps {
  onShare: () => void;
  onHelp: () => void;
  onTrim: () => void;
  onCopy: () => void;
}

export function ReviewHeader({ onShare, onHelp, onTrim, onCopy }: ReviewHeaderProps) {
  const { t } = useTranslation('review');
  const { recording, port, durationMs } = useReview();
  const minutes = Math.round(durationMs / 60_000);
  const facts = [
    recording.lessonDate && formatDate(toDate(recording.lessonDate), { month: 'long' }),
    recording.className ?? recording.yearGroup,
    recording.subject,
    durationMs > 0 && (minutes > 0 ? t('minutes', { count: minutes }) : t('lessThanAMinute')),
    recording.isIncomplete && t('incomplete'),
    recording.state === 'processing' &&
      t(recording.hasPicture ? 'finer' : 'evener', {
        percent: formatPercent(recording.progress ?? 0),
      }),
  ].flatMap((fact) => (fact ? [isolated(fact)] : []));

  return (
    <header className={classes.header}>
      <div className={classes.title}>
        <h1 className={clamp.clamp} title={recording.title}>
          {recording.title}
        </h1>
        <p className={classes.facts}>{facts.join(' · ')}</p>
      </div>
      <div className={classes.sight}>
        {recording.isMine ? <AudiencePill audience={recording.audience ?? []} /> : <SharedWithMe />}
      </div>
      <div className={classes.actions}>
        {recording.abilities.share && <Button onClick={onShare}>{t('share')}</Button>}
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={t('more')}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconLink size={16} />}
              onClick={() => copyLink(recording.id, { atMs: port?.currentMs() ?? 0 })}
            >
              {t('copyMoment')}
            </Menu.Item>
            <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onHelp}>
              {t('keys')}
            </Menu.Item>
            <FilmItems onTrim={onTrim} onCopy={onCopy} />
          </Menu.Dropdown>
        </Menu>
      </div>
    </header>
  );
}

/** What somebody else's sharing allows the reader, and until when. */
function SharedWithMe() {
  const { t } = useTranslation('review');
  const { recording } = useReview();
  const sentence = t('sharedBy', { name: firstName(recording.owner.name) });
  return (
    <span className={classes.pill}>
      {recording.access ? `${sentence} · ${accessSentence(recording.access)}` : sentence}
    </span>
  );
}
