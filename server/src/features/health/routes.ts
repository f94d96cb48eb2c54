import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../../http/problems.ts';
import { route } from '../../http/routes.ts';
import type { Readiness } from './readiness.ts';

export async function healthRoutes(app: FastifyInstance, { readiness }: { readiness: Readiness }) {
  let lastTold = '';
  route(app, 'GET /api/health/live', async () => ({ status: 'ok' as const }));
  route(app, 'GET /api/health/ready', async ({ request }) => {
    const trouble = await readiness.trouble();
    const parts = trouble.map(({ part }) => part).join(', ');
    // Probes come every few seconds: what changed is told, not each of them.
    if (parts !== lastTold) {
      for (const { part, error } of trouble) request.log.warn({ part, err: error }, 'not ready');
      if (trouble.length === 0) request.log.info('ready again');
      lastTold = parts;
    }
    if (trouble.length === 0) return { status: 'ok' as const };
    throw new ProblemError(
      'unavailable',
      trouble.map(({ part }) => ({
        path: part,
        message: part === 'server' ? 'is stopping' : 'is not ready',
      })),
    );
  });
}
