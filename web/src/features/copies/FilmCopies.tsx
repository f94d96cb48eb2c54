import './strings.ts';
import { Button } from '@mantine/core';
import type { FilmCopy, RecordingDetail } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../app/api.ts';
import { formatPercent, shortTitle } from '../../app/format.ts';
import { isolated } from '../../app/isolated.ts';
import { Offer } from '../../ui/Offer.tsx';
import { recordingQuery } from '../recordings/queries.ts';

const ExchangeDialog = lazy(() => import('./ExchangeDialog.tsx'));

/** The other copies of a film, and what its owner may do with them. */
export default function FilmCopies({ recording }: { recording: RecordingDetail }) {
  const { copies, copyOf } = recording;
  return (
    <>
      {copyOf && <IsCopy recording={recording} first={copyOf} />}
      {copies.map((copy) => (
        <Copy key={copy.id} recording={recording} copy={copy} />
      ))}
    </>
  );
}

function Copy({ recording, copy: known }: { recording: RecordingDetail; copy: FilmCopy }) {
  const { t } = useTranslation('copies');
  const { data, error } = useQuery({
    ...recordingQuery(known.id),
    refetchInterval: ({ state }) => (isGone(state.error) ? false : 15_000),
  });
  const copy = data ?? known;
  // In the trash by now: this recording's own answer is older than that.
  if (isGone(error)) return null;
  return (
    <Panel
      words={sentenceOf(copy, t)}
      first={recording}
      copy={copy}
      open={copy.id}
      openWords={t('panel.open')}
      placeWords={t('panel.place')}
    />
  );
}

const isGone = (error: unknown) => error instanceof ApiProblem && error.status === 404;

function IsCopy({ recording, first }: { recording: RecordingDetail; first: FilmCopy }) {
  const { t } = useTranslation('copies');
  return (
    <Panel
      words={t('panel.isOne', { title: shortTitle(first.title) })}
      first={first}
      copy={recording}
      open={first.id}
      openWords={t('panel.openFirst')}
      placeWords={t('panel.placeThere')}
    />
  );
}

interface PanelProps {
  words: ReactNode;
  first: FilmCopy;
  copy: FilmCopy;
  /** The recording whose page is offered. */
  open: string;
  openWords: string;
  placeWords: string;
}

function Panel({ words, first, copy, open, openWords, placeWords }: PanelProps) {
  const [isDeciding, setDeciding] = useState(false);
  return (
    <>
      <Offer words={words}>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          renderRoot={(props) => <Link to="/recordings/$id" params={{ id: open }} {...props} />}
        >
          {openWords}
        </Button>
        {isWhole(copy) && (
          <Button size="compact-sm" variant="light" onClick={() => setDeciding(true)}>
            {placeWords}
          </Button>
        )}
      </Offer>
      {isDeciding && (
        <Suspense>
          <ExchangeDialog first={first} copy={copy} onClose={() => setDeciding(false)} />
        </Suspense>
      )}
    </>
  );
}

/** It can be watched, and all that was uploaded of it is safe. */
const isWhole = ({ playable, source }: FilmCopy) => playable && source?.isSafe === true;

function sentenceOf(copy: FilmCopy, t: TFunction<'copies'>): string {
  const { state, progress } = copy;
  if (isWhole(copy)) {
    const length = formatTimeCode(copy.durationMs ?? 0);
    return t('panel.ready', { filename: isolated(copy.source?.filename ?? ''), length });
  }
  if (state === 'failed') return t('panel.failed');
  if (state === 'draft') return t('panel.waiting');
  if (state !== 'uploading') return t('panel.preparing');
  return t('panel.onItsWay', { percent: formatPercent(progress ?? 0) });
}
