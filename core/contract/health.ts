import { z } from 'zod';
import { routes } from './route.ts';

export const healthRoutes = routes({
  'GET /api/health/live': {
    summary: 'Says that the process runs.',
    isPublic: true,
    success: { status: 200, body: z.object({ status: z.literal('ok') }) },
  },
  'GET /api/health/ready': {
    summary: 'Says whether the database and the store answer; 503 where one does not.',
    isPublic: true,
    success: { status: 200, body: z.object({ status: z.literal('ok') }) },
  },
});
