import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../../http/problems.ts';
import { route } from '../../http/routes.ts';
import type { Readiness, Trouble } from './readiness.ts';

export async function healthRoutes(app: FastifyInstance, { readiness }: { readiness: Readiness }) {
  let lastTold = '';
  const look = async ({ log }: FastifyRequest) => {
    const trouble = await readiness.trouble();
    const parts = trouble.map(({ part }) => part).join(', ');
    // Probes come every few seconds: what changed is told, not each of them.
    if (parts !== lastTold) {
      for (const { part, error } of trouble) log.warn({ lacking: part, err: error }, 'not ready');
      if (trouble.length === 0) log.info('ready again');
      lastTold = parts;
    }
    return trouble.map(({ part }) => part);
  };

  route(app, 'GET /api/health/live', async () => ({ status: 'ok' as const }));
  route(app, 'GET /api/health/serving', async ({ request }) => {
    const parts = await look(request);
    // Were a server taken out for what it shares with the others, all would be, and nobody could even read.
    const lacking = parts.filter((part) => part !== 'server' && part !== 'database');
    if (lacking.length === parts.length) return { status: 'ok' as const, lacking };
    throw notReady(parts);
  });
  route(app, 'GET /api/health/ready', async ({ request }) => {
    const parts = await look(request);
    if (parts.length === 0) return { status: 'ok' as const };
    throw notReady(parts);
  });
}

function notReady(parts: Trouble['part'][]) {
  return new ProblemError(
    'unavailable',
    parts.map((path) => ({
      path,
      message: path === 'server' ? 'is stopping' : 'is not ready',
    })),
  );
}
