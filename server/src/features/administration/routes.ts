import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { type AdministrationDependencies, statusFor } from './service.ts';

export async function administrationRoutes(
  app: FastifyInstance,
  dependencies: AdministrationDependencies,
) {
  route(app, 'GET /api/administration/status', ({ user }) =>
    statusFor(user.id, dependencies, [...app.addressTroubles.values()]),
  );
}
