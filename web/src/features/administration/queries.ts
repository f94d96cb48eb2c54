import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** How the installation is; asked again while somebody looks. */
export const statusQuery = queryOptions({
  queryKey: ['administration', 'status'],
  queryFn: ({ signal }) => call('GET /api/administration/status', { signal }),
  refetchInterval: 15_000,
});
