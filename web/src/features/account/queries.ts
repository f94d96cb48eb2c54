import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** Where the signed-in person is signed in. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => call('GET /api/account/sessions', { signal }),
});
