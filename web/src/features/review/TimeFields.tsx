import { ActionIcon, TextInput } from '@mantine/core';
import { formatTimeCode, parseTimeCode } from '@second-look/core/time';
import { IconCurrentLocation } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useReview } from './review-context.ts';
import classes from './TimeFields.module.css';

interface TimeFieldsProps {
  startMs: number;
  endMs: number | null;
  /** What stands where no end is set. */
  noEnd?: string;
  onChange: (startMs: number, endMs: number | null) => void;
}

/** A start and an end, of a note say, typed, or taken from where the video is. */
export function TimeFields({ startMs, endMs, noEnd, onChange }: TimeFieldsProps) {
  const { t } = useTranslation('review');
  const { port, durationMs } = useReview();
  const now = () => port?.currentMs() ?? 0;
  const within = (ms: number) => Math.min(ms, durationMs || ms);
  const setStart = (ms: number) =>
    onChange(within(ms), endMs !== null && endMs > ms ? endMs : null);
  const setEnd = (ms: number) => onChange(startMs, within(ms) > startMs ? within(ms) : null);

  return (
    <div className={classes.fields}>
      <TimeField
        key={`start ${startMs}`}
        label={t('time.start')}
        valueMs={startMs}
        onHere={() => setStart(now())}
        onTyped={setStart}
      />
      <TimeField
        key={`end ${endMs}`}
        label={t('time.end')}
        valueMs={endMs}
        placeholder={noEnd ?? t('time.noEnd')}
        onHere={() => setEnd(now())}
        onTyped={setEnd}
        onEmptied={() => onChange(startMs, null)}
      />
    </div>
  );
}

interface TimeFieldProps {
  label: string;
  valueMs: number | null;
  placeholder?: string;
  onHere: () => void;
  onTyped: (ms: number) => void;
  onEmptied?: () => void;
}

function TimeField({ label, valueMs, placeholder, onHere, onTyped, onEmptied }: TimeFieldProps) {
  const { t } = useTranslation('review');
  const written = valueMs === null ? '' : formatTimeCode(valueMs);
  const [text, setText] = useState(written);
  const [isWrong, setWrong] = useState(false);

  const take = () => {
    if (text === written) return;
    if (text.trim() === '' && onEmptied) return onEmptied();
    const ms = parseTimeCode(text);
    setWrong(ms === null);
    if (ms !== null) onTyped(ms);
  };
  return (
    <TextInput
      size="xs"
      className={classes.field}
      label={label}
      placeholder={placeholder}
      value={text}
      error={isWrong && t('time.wrong')}
      rightSection={
        <ActionIcon
          size={24}
          variant="subtle"
          aria-label={t('time.here', { label })}
          title={t('time.here', { label })}
          onClick={onHere}
        >
          <IconCurrentLocation size={15} />
        </ActionIcon>
      }
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        take();
      }}
    />
  );
}
