import type { Annotation } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';
import { type KeyboardEvent, memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import { layOut, type Marker, nextOf } from './lanes.ts';
import { formatSpan } from './notes.ts';
import { useReview } from './review-context.ts';
import classes from './Timeline.module.css';

interface LaneMarkersProps {
  notes: readonly Annotation[];
  width: number;
}

/** A lane's markers: one stop of the tab key, and the arrow keys from there. */
export const LaneMarkers = memo(function LaneMarkers({ notes, width }: LaneMarkersProps) {
  const { t } = useTranslation(['review', 'app']);
  const { durationMs, openNote, openNoteId } = useReview();
  const [stop, setStop] = useState(0);
  const markers = useMemo(() => layOut(notes, durationMs, width), [notes, durationMs, width]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const last = markers.length - 1;
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const target = Math.min(Math.max(to, 0), last);
    setStop(target);
    const siblings = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('button');
    siblings?.[target]?.focus();
  };

  return markers.map((marker, index) => {
    const [first] = marker.notes;
    const isOpen = marker.notes.some(({ id }) => id === openNoteId);
    return (
      <button
        key={first.id}
        type="button"
        className={classes.marker}
        data-shape={marker.shape}
        data-open={isOpen || undefined}
        style={{
          left: marker.leftPx,
          width: marker.shape === 'point' ? undefined : marker.widthPx,
          color: colourOf(marker),
          '--reach': `${marker.reachPx}px`,
        }}
        tabIndex={index === Math.min(stop, markers.length - 1) ? 0 : -1}
        title={describe(marker)}
        aria-label={describe(marker)}
        data-arrows
        onFocus={() => setStop(index)}
        onKeyDown={(event) => onKeyDown(event, index)}
        onClick={() => openNote(nextOf(marker, openNoteId))}
      >
        {marker.shape === 'several' && (marker.notes.length > 99 ? '99+' : marker.notes.length)}
      </button>
    );
  });

  function describe({ notes: [first, ...others] }: Marker<Annotation>): string {
    const last = others.at(-1);
    if (last) {
      const times = { from: formatTimeCode(first.startMs), to: formatTimeCode(last.startMs) };
      return t('timeline.several', { count: others.length + 1, ...times });
    }
    return t('timeline.marker', {
      time: formatSpan(first),
      kind: t(`app:kinds.${first.kind}`),
      name: firstName(first.author.name),
      words: first.body.slice(0, 80),
    });
  }
});

function colourOf({ notes: [first, ...others] }: Marker<Annotation>): string {
  const isOneKind = others.every(({ kind }) => kind === first.kind);
  return isOneKind ? `var(--kind-${first.kind})` : 'var(--soft)';
}
