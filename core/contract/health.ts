import { z } from 'zod';
import { routes } from './route.ts';

export const healthRoutes = routes({
  'GET /api/health/live': {
    summary: 'Says that the process runs.',
    isPublic: true,
    success: { status: 200, body: z.object({ status: z.literal('ok') }) },
  },
  'GET /api/health/serving': {
    summary:
      'Says whether a proxy is to send requests here: 503 where the `server` is stopping or does not reach its `database`. What all servers share and each can serve without is only named.',
    isPublic: true,
    success: {
      status: 200,
      body: z.object({
        status: z.literal('ok'),
        lacking: z.array(z.enum(['queue', 'store', 'disk'])),
      }),
    },
  },
  'GET /api/health/ready': {
    summary:
      'Says whether the server can work; 503 where a part does not (`database`, `queue`, `store`, `disk`; the fields name it) or where the `server` is stopping.',
    isPublic: true,
    success: { status: 200, body: z.object({ status: z.literal('ok') }) },
  },
});
