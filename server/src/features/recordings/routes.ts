import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { recordingService } from './service.ts';

export async function recordingRoutes(
  app: FastifyInstance,
  dependencies: Parameters<typeof recordingService>[0],
) {
  const recordings = recordingService(dependencies);

  route(app, 'POST /api/recordings', ({ user, body }) => recordings.create(user.id, body));
  route(app, 'GET /api/recordings', ({ user, query }) => recordings.list(user.id, query));
  route(app, 'GET /api/recordings/:id', ({ user, params }) => recordings.get(user.id, params.id));
  route(app, 'PATCH /api/recordings/:id', ({ user, params, body }) =>
    recordings.change(user.id, params.id, body),
  );
  route(app, 'DELETE /api/recordings/:id', ({ user, params }) =>
    recordings.moveToTrash(user.id, params.id),
  );
  route(app, 'POST /api/recordings/:id/restore', ({ user, params }) =>
    recordings.restore(user.id, params.id),
  );
  route(app, 'PATCH /api/recordings/:id/film', ({ user, params, body }) =>
    recordings.showFilm(user.id, params.id, body),
  );
  route(app, 'POST /api/recordings/:id/film/exchange', ({ user, params, body }) =>
    recordings.exchangeFilms(user.id, params.id, body),
  );
  route(app, 'PUT /api/recordings/:id/poster', ({ user, params, body }) =>
    recordings.choosePoster(user.id, params.id, body.atMs),
  );
  route(app, 'POST /api/recordings/:id/retry', ({ user, params }) =>
    recordings.retry(user.id, params.id),
  );
}
