import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './api.ts';

type Listener = () => void;
const listeners = new Set<Listener>();

/** Calls `listener` whenever any request turns out to be signed out. Returns how to stop that. */
export function onSignedOut(listener: Listener): Listener {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells the app about an answer that means the session is over; everything else is left to the caller. */
export function noticeSignedOut(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) {
    for (const listener of listeners) listener();
  }
}

/** Worth asking again: no answer, or a trouble on the server's side. A refusal stays a refusal. */
const isPassing = (error: unknown) =>
  error instanceof ApiProblem && (error.status === 0 || error.status >= 500);

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: {
      // Live events say when something has changed; this only spares a second request on the same screen.
      staleTime: 10_000,
      retry: (count, error) => count < 2 && isPassing(error),
      // `navigator.onLine` knows nothing of a server in the same building.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
