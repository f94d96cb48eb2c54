import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { grantService } from './service.ts';

export async function grantRoutes(
  app: FastifyInstance,
  dependencies: Parameters<typeof grantService>[0],
) {
  const grants = grantService(dependencies);

  route(app, 'GET /api/recordings/:id/grants', ({ user, params }) =>
    grants.list(user.id, params.id),
  );
  route(app, 'POST /api/recordings/:id/grants', ({ user, params, body }) =>
    grants.share(user.id, params.id, body),
  );
  route(app, 'PATCH /api/grants/:id', ({ user, params, body }) =>
    grants.change(user.id, params.id, body),
  );
  route(app, 'DELETE /api/grants/:id', ({ user, params }) => grants.end(user.id, params.id));
}
