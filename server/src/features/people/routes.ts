import type { Database } from '@second-look/infra/database';
import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { findColleagues, isAdministrator, organisationsOf } from './queries.ts';

export async function peopleRoutes(app: FastifyInstance, { database }: { database: Database }) {
  route(app, 'GET /api/me', ({ user }) =>
    database.as(user.id, async (tx) => ({
      ...user,
      isAdministrator: await isAdministrator(tx),
      organisations: await organisationsOf(tx, user.id),
    })),
  );

  route(app, 'GET /api/people', async ({ user, query }) => ({
    items: await database.as(user.id, (tx) => findColleagues(tx, query.q)),
  }));
}
