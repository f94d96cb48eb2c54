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
  /** Told when what stands in a field becomes no moment that it could be, or one again. */
  onWrong?: (isWrong: boolean) => void;
}

/** A start and an end, of a note say, typed, or taken from where the video is. */
export function TimeFields({ startMs, endMs, noEnd, onChange, onWrong }: TimeFieldsProps) {
  const { t } = useTranslation('review');
  const { port, durationMs } = useReview();
  const now = () => port?.currentMs() ?? 0;
  const within = (ms: number) => Math.min(ms, durationMs || ms);
  const setStart = (ms: number) =>
    onChange(within(ms), endMs !== null && endMs > ms ? endMs : null);
  const setEnd = (ms: number) => onChange(startMs, within(ms) > startMs ? within(ms) : null);
  const common = { onWrong };

  return (
    <div className={classes.fields}>
      <TimeField
        key={`start ${startMs}`}
        {...common}
        label={t('time.start')}
        valueMs={startMs}
        onHere={() => setStart(now())}
        onTyped={setStart}
      />
      <TimeField
        key={`end ${endMs} ${startMs}`}
        {...common}
        afterMs={startMs}
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
  /** It has to come after this. */
  afterMs?: number;
  onWrong?: (isWrong: boolean) => void;
}

function TimeField(props: TimeFieldProps) {
  const { label, valueMs, placeholder, onHere, onTyped, onEmptied, afterMs, onWrong } = props;
  const { t } = useTranslation('review');
  const written = valueMs === null ? '' : formatTimeCode(valueMs);
  const [text, setText] = useState(written);
  const [wrong, setWrong] = useState<'wrong' | 'early' | null>(null);

  const say = (found: typeof wrong) => {
    setWrong(found);
    onWrong?.(found !== null);
  };
  const take = () => {
    if (text === written) return say(null);
    if (text.trim() === '' && onEmptied) {
      say(null);
      return onEmptied();
    }
    const ms = parseTimeCode(text);
    if (ms === null) return say('wrong');
    if (afterMs !== undefined && ms <= afterMs) return say('early');
    say(null);
    onTyped(ms);
  };
  return (
    <TextInput
      size="xs"
      className={classes.field}
      label={label}
      placeholder={placeholder}
      value={text}
      error={wrong && t(`time.${wrong}`)}
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
