import { expect } from 'vitest';
import type { Client } from './client.ts';

interface LiveEvent {
  type: string;
  recordingId: string;
}

/** Listens as a browser does, until `close`. */
export async function listenAs(client: Client) {
  const stopping = new AbortController();
  const response = await fetch(new URL('/api/events', client.address), {
    headers: { cookie: client.cookie },
    signal: stopping.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const heard: LiveEvent[] = [];
  const read = async () => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        if (message.startsWith('data: ')) heard.push(JSON.parse(message.slice(6)));
      }
    }
  };
  const state = { hasEnded: false };
  const ended = read()
    .catch(() => {})
    .then(() => {
      state.hasEnded = true;
    });
  return {
    heard,
    ended,
    state,
    about: (recordingId: string) =>
      heard.filter((event) => event.recordingId === recordingId).map(({ type }) => type),
    close: () => stopping.abort(),
  };
}
