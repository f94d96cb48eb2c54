import { useCallback, useEffect, useRef, useState } from 'react';

const idleAfterMs = 2_500;

/**
 * Whether somebody is at the player: pointing, tapping or pressing keys there. `wake` is called for each
 * such sign; only a change renders.
 */
export function useAttention(): { isIdle: boolean; wake: () => void } {
  const [isIdle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = useCallback(() => {
    clearTimeout(timer.current);
    setIdle(false);
    timer.current = setTimeout(() => setIdle(true), idleAfterMs);
  }, []);
  useEffect(() => {
    wake();
    return () => clearTimeout(timer.current);
  }, [wake]);
  return { isIdle, wake };
}
