import './strings.ts';
import { Button, Modal, NumberInput } from '@mantine/core';
import type { FilmCopy } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Copies.module.css';
import { type Compared, compare } from './compare.ts';
import { putInPlace } from './exchange.ts';

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
  const { data: compared } = useQuery({
    queryKey: ['copies', first.id, copy.id, first.waveform?.url, copy.waveform?.url],
    queryFn: () => compare(first.id, copy.id),
    retry: false,
  });
  const seconds = typed ?? (compared?.laterMs ?? 0) / 1000;
  const laterMs = seconds === '' ? Number.NaN : Math.round(Number(seconds) * 1000);
  const isKnown = compared !== undefined && Number.isFinite(laterMs);
  const exchange = async () => {
    if (!isKnown) return;
    setAtWork(true);
    const isDone = await putInPlace(first, copy, laterMs + compared.originsMs);
    if (!isDone) return setAtWork(false);
    onClose();
    await navigate({ to: '/recordings/$id', params: { id: first.id } });
  };

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
        {first.durationMs !== null && copy.durationMs !== null && (
          <p>
            {t('exchange.lengths', {
              before: formatTimeCode(first.durationMs),
              after: formatTimeCode(copy.durationMs),
            })}
          </p>
        )}
        {compared?.isTrimmed && <p className={classes.warning}>{t('exchange.trimmed')}</p>}
        <NumberInput
          label={t('exchange.move')}
          description={sentenceOf(compared, t)}
          value={seconds}
          onChange={setTyped}
          suffix={` ${t('exchange.moveUnit')}`}
          decimalScale={1}
          step={0.5}
          min={-43_200}
          max={43_200}
          disabled={!compared}
        />
        {isKnown && <Hidden compared={compared} laterMs={laterMs} durationMs={copy.durationMs} />}
        <p>{t('exchange.earlier')}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button onClick={() => void exchange()} loading={isAtWork} disabled={!isKnown}>
            {t('exchange.do')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** How many notes there will be no moment for in the copy. */
function Hidden({
  compared: { notes },
  laterMs,
  durationMs,
}: {
  compared: Compared;
  laterMs: number;
  durationMs: number | null;
}) {
  const { t } = useTranslation('copies');
  const isOutside = ({ startMs, endMs }: Compared['notes'][number]) =>
    startMs + laterMs < 0 || (durationMs !== null && (endMs ?? startMs) + laterMs > durationMs);
  const count = notes.filter(isOutside).length;
  return count > 0 && <p className={classes.warning}>{t('exchange.hidden', { count })}</p>;
}

function sentenceOf(compared: Compared | undefined, t: TFunction<'copies'>): string {
  if (!compared) return t('exchange.moveListening');
  const { laterMs } = compared;
  if (laterMs === null) return t('exchange.moveUnknown');
  if (laterMs === 0) return t('exchange.moveSame');
  const seconds = Math.abs(laterMs) / 1000;
  return t(laterMs > 0 ? 'exchange.moveLater' : 'exchange.moveEarlier', { seconds });
}
