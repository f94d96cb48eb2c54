import { setTimeout as pause } from 'node:timers/promises';
import type { Queue, Worker } from 'bullmq';

const againMs = 60_000;
const patienceMs = 3_000;

/** Tells of an outage when it begins and then once a minute, not of every try to come back. */
export function seldom(onError: (error: Error) => void): (error: Error) => void {
  let last: { message: string; at: number } | undefined;
  return (error) => {
    const at = performance.now();
    if (last?.message === error.message && at - last.at < againMs) return;
    last = { message: error.message, at };
    onError(error);
  };
}

/**
 * Closes what BullMQ opened. An engine that is away does not keep a process from ending: what it was not
 * told, others find out.
 */
export async function letGo(opened: Queue | Worker): Promise<void> {
  const isClosed = await Promise.race([
    opened.close().then(
      () => true,
      () => false,
    ),
    pause(patienceMs, false, { ref: false }),
  ]);
  if (!isClosed) opened.disconnect().catch(() => {});
}
