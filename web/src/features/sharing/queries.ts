import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** The live grants on a recording that the reader may see: all of them for its owner. */
export const grantsQuery = (recordingId: string) =>
  queryOptions({
    queryKey: ['grants', recordingId],
    queryFn: ({ signal }) =>
      call('GET /api/recordings/:id/grants', { params: { id: recordingId }, signal }),
  });

/** Colleagues whose name contains `q`. */
export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: ['people', q],
    queryFn: ({ signal }) => call('GET /api/people', { query: { q }, signal }),
    staleTime: 60_000,
    // The last answer stays while the next letters are looked up.
    placeholderData: (previous) => previous,
  });
