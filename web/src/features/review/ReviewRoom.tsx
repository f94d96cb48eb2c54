import { useMediaQuery } from '@mantine/hooks';
import type { Me, RecordingDetail } from '@second-look/core/contract';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Player } from '../../player/Player.tsx';
import { ShortcutList } from '../../player/ShortcutList.tsx';
import { usePlayerState } from '../../player/use-player.ts';
import { useShortcuts } from '../../player/use-shortcuts.ts';
import { hasCopies } from '../copies/has-copies.ts';
import { recordingQuery } from '../recordings/queries.ts';
import { BetterVersion } from './BetterVersion.tsx';
import { Composer } from './Composer.tsx';
import { ConversationTabs } from './ConversationTabs.tsx';
import { draftStore } from './draft-store.ts';
import { MarkDock } from './MarkDock.tsx';
import { NoteList } from './NoteList.tsx';
import classes from './Review.module.css';
import { ReviewHeader } from './ReviewHeader.tsx';
import { ReviewContext } from './review-context.ts';
import { SoundPicture } from './SoundPicture.tsx';
import { Timeline } from './Timeline.tsx';
import { usePreference } from './use-preference.ts';
import { useReviewState } from './use-review-state.ts';

const TrimPanel = lazy(() => import('./TrimPanel.tsx'));
const FilmCopies = lazy(() => import('../copies/FilmCopies.tsx'));
const UploadDialog = lazy(() => import('../copies/UploadDialog.tsx'));
const ShareDialog = lazy(() => import('../sharing/ShareDialog.tsx'));

/** On small screens, sound needs less room than a picture. */
const soundAspect = 2;

interface ReviewRoomProps {
  recording: RecordingDetail;
  me: Me;
  /** The moment and the note in the address. */
  atMs: number | null;
  noteId: string | null;
  isOffline: boolean;
}

/** The video large, or how loud it is where there is none; the conversation beside it, the lanes under it. */
export function ReviewRoom({ recording, me, atMs, noteId, isOffline }: ReviewRoomProps) {
  const { t } = useTranslation('review');
  const queryClient = useQueryClient();
  const { review, setPort, announcement } = useReviewState({ recording, me, atMs, noteId });
  const { port, tab } = review;
  const isPhone = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false });
  const isStacked = useMediaQuery('(max-width: 959px)', false, { getInitialValueInEffect: false });
  const [isSharing, setSharing] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isTrimming, setTrimming] = useState(false);
  const [isCopying, setCopying] = useState(false);
  const [hasKeys, setHasKeys] = usePreference('keys');
  const draft = draftStore(me.id, recording.id, tab.id);
  const { problem, aspectRatio } = usePlayerState(port);

  // The server refused the video: ask whether the recording itself is still ours to see.
  useEffect(() => {
    if (problem === 'refused') void queryClient.invalidateQueries(recordingQuery(recording.id));
  }, [problem, queryClient, recording.id]);

  const focusComposer = () => document.getElementById('composer')?.focus();
  useShortcuts(port, hasKeys, ({ type }) => {
    // Neither the list of keys nor the composer is on a full screen.
    const needsPage = type === 'help' || type === 'newNote';
    if (needsPage && document.fullscreenElement) port?.toggleFullScreen();
    if (type === 'help') return setHelpOpen(true);
    if (!port || !tab.canComment) return;
    if (type === 'rangeStart') draft.dispatch({ type: 'startSet', ms: port.currentMs() });
    if (type === 'rangeEnd') draft.dispatch({ type: 'endSet', ms: port.currentMs() });
    if (type === 'newNote') focusComposer();
  });

  return (
    <ReviewContext value={review}>
      <main
        id="main"
        tabIndex={-1}
        className={classes.page}
        style={{
          '--lanes':
            Math.min(review.tabs.length, 4) +
            (recording.waveform ? 1 : 0) +
            (recording.chapters.length > 0 ? 1 : 0),
          '--aspect': aspectRatio ?? (recording.hasPicture ? undefined : soundAspect),
        }}
      >
        <div className={classes.viewing}>
          <ReviewHeader
            onShare={() => setSharing(true)}
            onHelp={() => setHelpOpen(true)}
            onTrim={() => setTrimming(true)}
            onCopy={() => setCopying(true)}
          />
          <div className={classes.player}>
            <Player
              src={`/api/recordings/${recording.id}/media/main.m3u8`}
              poster={recording.posterUrl}
              inPlaceOfPicture={!recording.hasPicture && <SoundPicture />}
              label={recording.title}
              startMs={review.startMs}
              onPort={setPort}
            />
          </div>
          <BetterVersion />
          {hasCopies(recording) && (
            <Suspense>
              <FilmCopies recording={recording} />
            </Suspense>
          )}
          {isTrimming && (
            <Suspense>
              <TrimPanel onClose={() => setTrimming(false)} />
            </Suspense>
          )}
          <Timeline draft={draft} isPhone={isPhone} onRange={focusComposer} />
        </div>
        <section className={classes.talk} aria-label={t('talk')}>
          {isOffline && (
            <p className={classes.offline} role="status">
              {t('offline')}
            </p>
          )}
          <ConversationTabs>
            {!isPhone && <Composer draft={draft} />}
            <NoteList isPage={isStacked} />
          </ConversationTabs>
        </section>
        {isPhone && <MarkDock />}
        <div className={classes.announcement} aria-live="polite">
          {announcement}
        </div>
      </main>
      <ShortcutList
        opened={isHelpOpen}
        onClose={() => setHelpOpen(false)}
        isOn={hasKeys}
        onSwitch={setHasKeys}
      />
      {isCopying && (
        <Suspense>
          <UploadDialog recording={recording} onClose={() => setCopying(false)} />
        </Suspense>
      )}
      {isSharing && (
        <Suspense>
          <ShareDialog recording={recording} onClose={() => setSharing(false)} />
        </Suspense>
      )}
    </ReviewContext>
  );
}
