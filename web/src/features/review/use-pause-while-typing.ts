import { useRef } from 'react';
import type { PlayerPort } from '../../player/port.ts';

/** Pauses a playing video when typing begins, and lets it go on when the words are sent or dropped. */
export function usePauseWhileTyping(port: PlayerPort | null, isWanted: boolean) {
  const didPause = useRef(false);
  return {
    begin() {
      if (!isWanted || !port || port.state().isPaused) return;
      didPause.current = true;
      port.pause();
    },
    end() {
      if (didPause.current) port?.play();
      didPause.current = false;
    },
  };
}
