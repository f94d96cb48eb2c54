import type { Database } from '@second-look/infra/database';
import type { ObjectStore } from '@second-look/infra/object-store';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../../http/problems.ts';
import { route } from '../../http/routes.ts';

export async function healthRoutes(
  app: FastifyInstance,
  {
    database,
    store,
    draining,
  }: { database: Database; store: ObjectStore; draining?: AbortSignal | undefined },
) {
  route(app, 'GET /api/health/live', async () => ({ status: 'ok' as const }));
  route(app, 'GET /api/health/ready', async ({ request }) => {
    if (draining?.aborted) throw new ProblemError('unavailable');
    try {
      await Promise.all([database.plain.execute(sql`select 1`), store.check()]);
      return { status: 'ok' as const };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      throw new ProblemError('unavailable');
    }
  });
}
