import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '@second-look/infra/events';
import type { FastifyBaseLogger } from 'fastify';

export interface PieceWaiter {
  /**
   * Resolves when the step of a piece has come to its end, or after a while in any case: announcements may
   * be missed.
   */
  news(stepId: string, signal: AbortSignal): Promise<void>;
  /** Aborted when the server closes: nothing is to be waited for any more. */
  ending: AbortSignal;
  close(): Promise<void>;
}

const patienceMs = 1_000;

/**
 * Hears of pieces as they are made.
 * @param listenUrl a direct address of the database, as the role `app`
 */
export async function openPieceWaiter(
  listenUrl: string,
  log: FastifyBaseLogger,
): Promise<PieceWaiter> {
  const ending = new AbortController();
  const waiting = new Map<string, Set<() => void>>();
  const tell = (stepId: string) => {
    for (const resolve of waiting.get(stepId) ?? []) resolve();
    waiting.delete(stepId);
  };
  const announcements = await listen(
    listenUrl,
    ({ kind, id }) => {
      if (kind === 'piece') tell(id);
    },
    () => log.info('pieces are heard of again'),
  );
  return {
    news: async (stepId, signal) => {
      const heard = Promise.withResolvers<void>();
      const others = waiting.get(stepId) ?? new Set();
      waiting.set(stepId, others.add(heard.resolve));
      const patience = pause(patienceMs, undefined, { signal, ref: false }).catch(() => {});
      await Promise.race([heard.promise, patience]);
      others.delete(heard.resolve);
      if (others.size === 0 && waiting.get(stepId) === others) waiting.delete(stepId);
    },
    ending: ending.signal,
    close: () => {
      ending.abort();
      return announcements.close();
    },
  };
}
