import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

export type Scope = 'mine' | 'shared' | 'trash';

/** A list of recordings, page by page. */
export const recordingsQuery = (scope: Scope) =>
  infiniteQueryOptions({
    queryKey: ['recordings', scope],
    queryFn: ({ pageParam, signal }) =>
      call('GET /api/recordings', { query: { scope, cursor: pageParam, limit: 24 }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

/** One recording, with its conversations and what the reader may do. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recording', id],
    queryFn: ({ signal }) => call('GET /api/recordings/:id', { params: { id }, signal }),
  });
