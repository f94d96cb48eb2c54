import type { Recording } from '@second-look/core/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, send } from '../../app/api.ts';
import { withRisingProgress } from './rising-progress.ts';

export type Scope = 'mine' | 'shared' | 'trash';

/** A list of recordings, page by page. */
export const recordingsQuery = (scope: Scope) =>
  infiniteQueryOptions({
    queryKey: ['recordings', scope],
    queryFn: async ({ pageParam, signal }) => {
      const query = { scope, cursor: pageParam, limit: 24 };
      const page = await call('GET /api/recordings', { query, signal });
      return { ...page, items: page.items.map(withRisingProgress) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

/** One recording, with its conversations and what the reader may do. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recording', id],
    queryFn: async ({ signal }) =>
      withRisingProgress(await call('GET /api/recordings/:id', { params: { id }, signal })),
  });

/** How loud a lesson is: a byte for each stretch of time. */
export const waveformQuery = ({ id, waveform }: Pick<Recording, 'id' | 'waveform'>) =>
  queryOptions({
    queryKey: ['waveform', id, waveform?.url],
    queryFn: async ({ signal }) => {
      const response = await send(waveform?.url ?? '', { method: 'GET', signal });
      return new Uint8Array(await response.arrayBuffer());
    },
    // Its address is another once it is made anew.
    staleTime: Number.POSITIVE_INFINITY,
  });
