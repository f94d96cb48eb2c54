import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { annotationService } from './service.ts';

export async function annotationRoutes(
  app: FastifyInstance,
  dependencies: Parameters<typeof annotationService>[0],
) {
  const notes = annotationService(dependencies);

  route(app, 'GET /api/recordings/:id/annotations', ({ user, params }) =>
    notes.list(user.id, params.id),
  );
  route(app, 'POST /api/recordings/:id/annotations', ({ user, params, body }) =>
    notes.write(user.id, params.id, body),
  );
  route(app, 'PATCH /api/annotations/:id', ({ user, params, body }) =>
    notes.change(user.id, params.id, body),
  );
  route(app, 'DELETE /api/annotations/:id', ({ user, params }) =>
    notes.takeAway(user.id, params.id),
  );
  route(app, 'POST /api/annotations/:id/restore', ({ user, params }) =>
    notes.restore(user.id, params.id),
  );
  route(app, 'POST /api/annotations/:id/replies', ({ user, params, body }) =>
    notes.answer(user.id, params.id, body),
  );
  route(app, 'PATCH /api/replies/:id', ({ user, params, body }) =>
    notes.changeAnswer(user.id, params.id, body),
  );
  route(app, 'DELETE /api/replies/:id', ({ user, params }) =>
    notes.changeAnswer(user.id, params.id, { deletedAt: new Date() }),
  );
  route(app, 'POST /api/replies/:id/restore', ({ user, params }) =>
    notes.changeAnswer(user.id, params.id, { deletedAt: null }, { isTakenAway: true }),
  );
}
