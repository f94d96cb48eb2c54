import { useElementSize } from '@mantine/hooks';
import type { Annotation } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import { ChapterLane } from './ChapterLane.tsx';
import { type DraftStore, draftStore } from './draft-store.ts';
import { Lane } from './Lane.tsx';
import { pxOf } from './lanes.ts';
import { MomentPreview } from './MomentPreview.tsx';
import { byTime, type Tab } from './notes.ts';
import { Playhead } from './Playhead.tsx';
import { useStore } from './persisted-store.ts';
import { useReview } from './review-context.ts';
import { SoundLane } from './SoundLane.tsx';
import classes from './Timeline.module.css';
import { ticksFor } from './ticks.ts';

interface TimelineProps {
  /** The draft of the open tab. */
  draft: DraftStore;
  isPhone: boolean;
  /** A range was marked out, and waits for its words. */
  onRange: () => void;
}

/** The lesson as lanes: one for each place to talk, with a marker for each note. */
export function Timeline({ draft, isPhone, onRange }: TimelineProps) {
  const { t } = useTranslation('review');
  const { recording, me, tabs, tab, selectTab, notesByTab, durationMs, port } = useReview();
  const { ref, width } = useElementSize();
  const { startMs, endMs } = useStore(draft);
  const drafted = startMs === null ? null : { startMs, endMs };

  const everything = useMemo(
    () => (isPhone ? [...notesByTab.values()].flat().sort(byTime) : noNotes),
    [isPhone, notesByTab],
  );
  const markRange = (laneTab: Tab, range: { startMs: number; endMs: number }) => {
    selectTab(laneTab.id);
    draftStore(me.id, recording.id, laneTab.id).dispatch({ type: 'rangeSet', ...range });
    port?.seekTo(range.startMs);
    // The composer of another tab is there only after the next render.
    requestAnimationFrame(onRange);
  };
  const ticks = ticksFor(durationMs, width);

  return (
    <section className={classes.card} aria-label={t('timeline.label')}>
      {recording.chapters.length > 0 && !isPhone && (
        <div className={classes.row}>
          <span className={classes.label} aria-hidden="true">
            {t('timeline.chapters')}
          </span>
          <ChapterLane width={width} />
        </div>
      )}
      {recording.waveform && !isPhone && (
        <div className={classes.row}>
          <span className={classes.label} aria-hidden="true">
            {t('timeline.sound')}
          </span>
          <SoundLane width={width} />
        </div>
      )}
      {isPhone ? (
        <Lane notes={everything} width={width} draft={drafted} label={t('timeline.label')} />
      ) : (
        tabs.map((each) => (
          <div key={each.id} className={classes.row}>
            <span className={classes.label}>{laneName(each)}</span>
            <Lane
              notes={notesByTab.get(each.id) ?? noNotes}
              width={width}
              draft={each.id === tab.id ? drafted : null}
              label={laneName(each)}
              onRange={each.canComment ? (range) => markRange(each, range) : undefined}
            />
          </div>
        ))
      )}
      <div className={classes.row} data-axis>
        <span />
        <div ref={ref} className={classes.axis} aria-hidden="true">
          {ticks.map((ms) => {
            const px = pxOf(ms, durationMs, width);
            const end = px > width - 20 ? 'last' : px === 0 ? 'first' : undefined;
            return (
              <span key={ms} className={classes.tick} style={{ left: px }} data-end={end}>
                {formatTimeCode(ms)}
              </span>
            );
          })}
        </div>
      </div>
      <Playhead width={width} />
      <MomentPreview width={width} />
    </section>
  );

  function laneName(each: Tab): string {
    if (each.withName === null) return t('tabs.onlyMe');
    return t('tabs.with', { name: firstName(each.withName) });
  }
}

const noNotes: readonly Annotation[] = [];
