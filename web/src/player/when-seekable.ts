import type { VideoJsPlayer } from './video-js.ts';

interface AppendEvent {
  metadata?: { segmentInfo?: { type?: string } };
}

/**
 * Calls back once, when a seek will show the right picture. video.js counts the first segment of each
 * loader as placed only when its append is done; a seek during that append puts whatever comes next at
 * the end of what was appended, forty seconds early or more, under the right time.
 */
export function whenSeekable(player: VideoJsPlayer, callback: () => void): void {
  const started = new Set<string>();
  const done = new Set<string>();
  let isOver = false;

  const check = () => {
    const usesVhs = 'vhs' in player.tech({ IWillNotUseThisInPlugins: true });
    const isPlaced = done.has('main') && [...started].every((type) => done.has(type));
    // From the current frame on, every track has had its first append begun.
    const hasEveryTrack = player.readyState() >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (isOver || (usesVhs ? !isPlaced || !hasEveryTrack : player.readyState() < 1)) return;
    isOver = true;
    player.off('segmentappendstart', onStart);
    player.off('appendsdone', onDone);
    player.off(readiness, check);
    callback();
  };
  const onStart = (event: AppendEvent) => started.add(event.metadata?.segmentInfo?.type ?? 'main');
  const onDone = (event: AppendEvent) => {
    done.add(event.metadata?.segmentInfo?.type ?? 'main');
    // The event is told just before video.js notes that the segment is placed.
    setTimeout(() => {
      if (!player.isDisposed()) check();
    });
  };
  player.on('segmentappendstart', onStart);
  player.on('appendsdone', onDone);
  player.on(readiness, check);
}

const readiness = ['loadedmetadata', 'loadeddata', 'canplay'];
