let sentinel: WakeLockSentinel | undefined;
let isWanted = false;

/** Keeps the screen on while `wanted`, where the browser can and the page is seen. */
export async function keepAwake(wanted: boolean): Promise<void> {
  isWanted = wanted;
  if (!wanted) {
    await sentinel?.release();
    sentinel = undefined;
    return;
  }
  if (!navigator.wakeLock || document.visibilityState !== 'visible') return;
  if (sentinel && !sentinel.released) return;
  // Refused on low battery: then the phone locks, and the upload goes on when it is unlocked.
  sentinel = await navigator.wakeLock.request('screen').catch(() => undefined);
}

// The browser releases it when the page is hidden.
document.addEventListener('visibilitychange', () => void keepAwake(isWanted));
