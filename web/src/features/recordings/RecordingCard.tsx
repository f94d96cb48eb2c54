import './strings.ts';
import { Button, Loader } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay, toDate } from '../../app/format.ts';
import { isolated } from '../../app/isolated.ts';
import { AudiencePill } from '../../ui/AudiencePill.tsx';
import clamp from '../../ui/clamp.module.css';
import { useUploadOf } from '../upload/uploads.ts';
import { retry } from './actions.ts';
import { CardMenu } from './CardMenu.tsx';
import { cardStatus } from './card-status.ts';
import { Poster } from './Poster.tsx';
import classes from './RecordingCard.module.css';
import { RecordingPicker } from './RecordingPicker.tsx';

/** A lesson of one's own. */
export function RecordingCard({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recordings');
  const upload = useUploadOf(recording.id);
  return (
    <CardFrame
      recording={recording}
      poster={
        recording.failure ? (
          <Failure recording={recording} failure={recording.failure} />
        ) : (
          <Poster {...recording} status={cardStatus(recording, upload)} />
        )
      }
    >
      <CardMenu recording={recording} />
      <p className={classes.about}>{aboutLine(recording)}</p>
      {upload?.state === 'needs-file' && (
        <Button
          component={Link}
          to="/upload"
          variant="default"
          size="xs"
          className={classes.raised}
          mt={8}
        >
          {t('card.chooseFile')}
        </Button>
      )}
      <RecordingPicker
        recording={recording}
        size="xs"
        variant="default"
        mt={8}
        className={classes.raised}
      />
      <div className={classes.audience}>
        <AudiencePill audience={recording.audience ?? []} form="short" />
      </div>
    </CardFrame>
  );
}

/** The card itself: one link, over all of it, under the buttons. */
export function CardFrame({
  recording,
  poster,
  heading: Heading = 'h3',
  children,
}: {
  recording: Recording;
  poster: ReactNode;
  /** One below what stands above the cards. */
  heading?: 'h2' | 'h3';
  children: ReactNode;
}) {
  return (
    <article className={classes.card}>
      {poster}
      <div className={classes.words}>
        <Heading className={`${classes.title} ${clamp.clamp}`}>
          <Link
            to="/recordings/$id"
            params={{ id: recording.id }}
            className={classes.link}
            title={recording.title}
          >
            {recording.title}
          </Link>
        </Heading>
        {children}
      </div>
    </article>
  );
}

/** "12 Nov · 8M2 · Maths". */
export function aboutLine(recording: Recording): string {
  const day = formatDay(toDate(recording.lessonDate ?? recording.createdAt));
  return [day, recording.className ?? recording.yearGroup, recording.subject]
    .flatMap((fact) => (fact ? [isolated(fact)] : []))
    .join(' · ');
}

/** Stands where the picture would be. */
function Failure({
  recording,
  failure,
}: {
  recording: Recording;
  failure: NonNullable<Recording['failure']>;
}) {
  const { t } = useTranslation('recordings');
  return (
    <div className={classes.failure}>
      <strong>{t('state.failed')}</strong>
      <p>
        {failure.detail} {recording.source?.isSafe && t('card.kept')}
      </p>
      {!failure.isFinal && <RetryButton recording={recording} />}
    </div>
  );
}

function RetryButton({ recording }: { recording: Recording }) {
  const { t } = useTranslation('recordings');
  const [isBusy, setBusy] = useState(false);
  return (
    <Button
      variant="default"
      size="xs"
      className={classes.raised}
      aria-label={t('card.tryAgainFor', { title: recording.title })}
      disabled={isBusy}
      leftSection={isBusy && <Loader size={12} />}
      onClick={() => {
        setBusy(true);
        void retry(recording).finally(() => setBusy(false));
      }}
    >
      {t('card.tryAgain')}
    </Button>
  );
}
