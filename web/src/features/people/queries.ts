import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** The organisations whose people the signed-in person looks after. */
export const managedQuery = queryOptions({
  queryKey: ['organisations'],
  queryFn: ({ signal }) => call('GET /api/organisations', { signal }),
});

/** Who works at one of them, and who is invited. */
export const staffQuery = (id: string) =>
  queryOptions({
    queryKey: ['organisations', id, 'people'],
    queryFn: ({ signal }) => call('GET /api/organisations/:id/people', { params: { id }, signal }),
  });
