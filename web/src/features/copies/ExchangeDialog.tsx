import './strings.ts';
import { Button, Modal, NumberInput } from '@mantine/core';
import type { FilmCopy, RecordingDetail } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../app/query-client.ts';
import { recordingQuery, waveformQuery } from '../recordings/queries.ts';
import classes from './Copies.module.css';
import { putInPlace } from './exchange.ts';
import { offsetOf } from './offset.ts';

/** Decides that a copy takes the film's place, and whether notes move with it. Mounted only while it is open. */
export default function ExchangeDialog({
  first,
  copy,
  onClose,
}: {
  first: FilmCopy;
  copy: FilmCopy;
  onClose: () => void;
}) {
  const { t } = useTranslation('copies');
  const navigate = useNavigate();
  const [typed, setTyped] = useState<string | number | null>(null);
  const [isAtWork, setAtWork] = useState(false);
  const heard = useQuery({
    queryKey: ['copies', first.id, copy.id, first.waveform?.url, copy.waveform?.url],
    queryFn: () => listenToBoth(first.id, copy.id),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const foundMs = heard.data ?? null;
  const seconds = typed ?? (foundMs ?? 0) / 1000;
  const exchange = async () => {
    setAtWork(true);
    const isDone = await putInPlace(first, copy, Math.round(Number(seconds) * 1000));
    if (!isDone) return setAtWork(false);
    onClose();
    await navigate({ to: '/recordings/$id', params: { id: first.id } });
  };
  const lengths = { before: first.durationMs, after: copy.durationMs };

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('exchange.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      classNames={{ title: classes.heading }}
    >
      <div className={classes.dialog}>
        <p>{t('exchange.words', { title: first.title })}</p>
        {lengths.before !== null && lengths.after !== null && (
          <p>
            {t('exchange.lengths', {
              before: formatTimeCode(lengths.before),
              after: formatTimeCode(lengths.after),
            })}
          </p>
        )}
        <NumberInput
          label={t('exchange.move')}
          description={sentenceOf(heard.isPending, foundMs, t)}
          value={seconds}
          onChange={setTyped}
          suffix={` ${t('exchange.moveUnit')}`}
          decimalScale={1}
          step={0.5}
          min={-43_200}
          max={43_200}
          disabled={heard.isPending && typed === null}
        />
        <p>{t('exchange.earlier')}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button onClick={() => void exchange()} loading={isAtWork}>
            {t('exchange.do')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function sentenceOf(isListening: boolean, foundMs: number | null, t: TFunction<'copies'>): string {
  if (isListening) return t('exchange.moveListening');
  if (foundMs === null) return t('exchange.moveUnknown');
  if (foundMs === 0) return t('exchange.moveSame');
  const seconds = Math.abs(foundMs) / 1000;
  return t(foundMs > 0 ? 'exchange.moveLater' : 'exchange.moveEarlier', { seconds });
}

/**
 * How much later the same moment comes in the copy, by the sound of both, counted from where their files
 * begin; `null` where that does not tell.
 */
async function listenToBoth(firstId: string, copyId: string): Promise<number | null> {
  const [first, copy] = await Promise.all(
    [firstId, copyId].map((id) => queryClient.fetchQuery(recordingQuery(id))),
  );
  if (!isHeard(first) || !isHeard(copy)) return null;
  const { peaksPerSecond } = first.waveform;
  if (copy.waveform.peaksPerSecond !== peaksPerSecond) return null;
  const [one, other] = await Promise.all(
    [first, copy].map((recording) => queryClient.fetchQuery(waveformQuery(recording))),
  );
  const shift = one && other ? offsetOf(one, other) : null;
  if (shift === null) return null;
  const shownMs = (shift * 1000) / peaksPerSecond;
  return Math.round(shownMs + copy.film.startMs - first.film.startMs);
}

type Heard = RecordingDetail & {
  waveform: NonNullable<RecordingDetail['waveform']>;
  film: NonNullable<RecordingDetail['film']>;
};

function isHeard(recording: RecordingDetail | undefined): recording is Heard {
  return recording !== undefined && recording.waveform !== null && recording.film !== null;
}
