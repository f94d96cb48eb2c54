import { Loader } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import type { RecordingDetail } from '@second-look/core/contract';
import { parseTimeCode } from '@second-look/core/time';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../app/api.ts';
import { addStrings } from '../../app/i18n.ts';
import { NotFoundPage } from '../../app/NotFoundPage.tsx';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { TroublePage } from '../../app/TroublePage.tsx';
import { recordingQuery } from '../recordings/queries.ts';
import { useMe } from '../session/me.ts';
import { NotYetPlayable } from './NotYetPlayable.tsx';
import classes from './Review.module.css';
import { ReviewRoom } from './ReviewRoom.tsx';
import strings from './strings.en-GB.json';

addStrings('review', strings);

const route = getRouteApi('/signed-in/recordings/$id');

/** One recording: being prepared, or to be watched and talked about. Also what is said where it is neither. */
export default function ReviewPage() {
  const { id } = route.useParams();
  const { t: at, note } = route.useSearch();
  const { t } = useTranslation('review');
  const me = useMe();
  const recording = useQuery({
    ...recordingQuery(id),
    refetchInterval: ({ state }) => askAgainAfterMs(state.data),
  });
  usePageTitle(recording.data?.title);
  const { online } = useNetwork();
  const queryClient = useQueryClient();

  const isGone = recording.error instanceof ApiProblem && recording.error.status === 404;
  useEffect(() => {
    if (!isGone) return;
    for (const key of ['annotations', 'grants', 'storyboard', 'waveform'])
      queryClient.removeQueries({ queryKey: [key, id] });
  }, [isGone, queryClient, id]);
  // Its film is another now, and the notes may stand at other moments of it.
  const isAway = recording.data?.playable === false;
  useEffect(() => {
    if (isAway) queryClient.removeQueries({ queryKey: ['annotations', id] });
  }, [isAway, queryClient, id]);
  if (isGone || recording.data?.deletedAt) return <NotFoundPage />;
  if (recording.data && me) {
    if (!recording.data.playable) return <NotYetPlayable recording={recording.data} />;
    return (
      <ReviewRoom
        key={id}
        recording={recording.data}
        me={me}
        atMs={at === undefined ? null : parseTimeCode(String(at))}
        noteId={note ?? null}
        isOffline={!online || recording.error !== null}
      />
    );
  }
  if (recording.error)
    return <TroublePage error={recording.error} reset={() => void recording.refetch()} />;
  return (
    <main id="main" tabIndex={-1} className={classes.loading}>
      <Loader aria-hidden />
      <p className={pages.opening} role="status">
        {t('loading')}
      </p>
    </main>
  );
}

const hourMs = 3_600_000;

/**
 * Progress comes by live events; asking goes on where a network lets none through. Nothing announces that
 * a share has come to its end, so that moment is asked at.
 */
function askAgainAfterMs(recording: RecordingDetail | undefined): number | false {
  if (!recording) return false;
  if (!recording.playable) return 5_000;
  const expiresAt = recording.access?.expiresAt;
  return expiresAt
    ? Math.min(Math.max(Date.parse(expiresAt) - Date.now(), 0) + 500, hourMs)
    : false;
}
