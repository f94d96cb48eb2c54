import { useEffect, useRef, useSyncExternalStore } from 'react';
import { initialState, type PlayerPort, type PlayerState } from './port.ts';

const noSubscription = () => () => undefined;

/** Renders again when the player's state becomes another; never because time goes on. */
export function usePlayerState(port: PlayerPort | null): PlayerState {
  return useSyncExternalStore(
    port?.subscribe ?? noSubscription,
    () => port?.state() ?? initialState,
  );
}

/** Calls back with the moment, up to once a frame, without rendering. */
export function useMoment(port: PlayerPort | null, callback: (ms: number) => void): void {
  const latest = useRef(callback);
  useEffect(() => {
    latest.current = callback;
  });
  useEffect(() => port?.onMoment((ms) => latest.current(ms)), [port]);
}
