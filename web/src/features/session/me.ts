import { queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** The signed-in user. The router has it before any page inside is shown. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call('GET /api/me', { signal }),
  staleTime: 5 * 60_000,
});

/** The signed-in user; `undefined` only where nobody is signed in. */
export function useMe() {
  return useQuery(meQuery).data;
}
