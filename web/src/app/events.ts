import type { LiveEvent } from '@second-look/core/contract';
import type { QueryClient } from '@tanstack/react-query';

/** What the tabs of one browser tell each other about the stream that one of them holds. */
type Message = { type: 'event'; event: LiveEvent } | { type: 'opened' } | { type: 'refused' };

const longestWaitMs = 30_000;

/**
 * Keeps what is on the screen up to date: one event stream per browser, held by whichever tab has the
 * lock and shared with the others (HTTP/1.1 allows six connections in all). Ends with `signal`.
 */
export function followEvents(queryClient: QueryClient, signal: AbortSignal): void {
  const channel = new BroadcastChannel('second-look:events');
  signal.addEventListener('abort', () => channel.close());

  const apply = (message: Message) => {
    if (message.type === 'event') invalidate(queryClient, message.event);
    else if (message.type === 'opened') refetchOlder(queryClient);
    else void queryClient.invalidateQueries({ queryKey: ['me'] });
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => apply(data);
  const share = (message: Message) => {
    if (signal.aborted) return;
    apply(message);
    channel.postMessage(message);
  };

  // Locks need a secure context. On plain HTTP each tab holds a stream of its own.
  if (!navigator.locks) return void holdStream(share, signal);
  void navigator.locks
    .request('second-look:events', { signal }, () => holdStream(share, signal))
    .catch(() => {
      // Ended while waiting for the lock: nothing to follow any more.
    });
}

/** Listens, and tries again with growing patience, until `signal` ends it. */
function holdStream(share: (message: Message) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let waitMs = 1_000;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource | undefined;

    const open = () => {
      clearTimeout(timer);
      source?.close();
      source = new EventSource('/api/events');
      source.onopen = () => {
        waitMs = 1_000;
        share({ type: 'opened' });
      };
      source.onmessage = ({ data }) => share({ type: 'event', event: JSON.parse(data) });
      source.onerror = () => {
        // The browser reconnects by itself unless the answer was a refusal.
        if (source?.readyState !== EventSource.CLOSED) return;
        // Perhaps the session is over: asking who is signed in tells, and leads to the sign-in page.
        share({ type: 'refused' });
        timer = setTimeout(open, waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      };
    };
    open();
    window.addEventListener('online', open, { signal });
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      source?.close();
      resolve();
    });
  });
}

function invalidate(queryClient: QueryClient, { type, recordingId }: LiveEvent): void {
  const keys = {
    recording: [['recordings'], ['recording', recordingId]],
    annotation: [['annotations', recordingId]],
    grant: [
      ['grants', recordingId],
      ['recording', recordingId],
      ['annotations', recordingId],
      ['recordings'],
    ],
  }[type];
  for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
}

/** What was read before the stream opened may have missed an event. */
function refetchOlder(queryClient: QueryClient): void {
  const openedAt = Date.now();
  void queryClient.invalidateQueries({
    predicate: ({ state }) => state.dataUpdatedAt > 0 && state.dataUpdatedAt < openedAt,
  });
}
