import { setTimeout as pause } from 'node:timers/promises';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
const settledMs = 60_000;

/**
 * Runs something to its end again and again, more and more patiently, until the signal.
 * @param run resolves when it has ended, with how that was where it is known
 */
export async function runAgain(
  run: () => Promise<string | undefined>,
  options: {
    /** As the operator reads it, "The server". */
    title: string;
    logFile: string;
    say: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<void> {
  const { title, logFile, say, signal } = options;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const startedAtMs = performance.now();
    const how = await run();
    if (signal.aborted) return;
    if (performance.now() - startedAtMs > settledMs) pauseMs = firstPauseMs;
    say(
      `${title} stopped${how ? ` (${how})` : ''}; starting it again in ${pauseMs / 1_000} s. Its log: ${logFile}`,
    );
    await pause(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}
