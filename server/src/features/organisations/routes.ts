import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { type OrganisationDependencies, organisationService } from './service.ts';

export async function organisationRoutes(
  app: FastifyInstance,
  dependencies: OrganisationDependencies,
) {
  const organisations = organisationService(dependencies);

  route(app, 'GET /api/organisations', ({ user }) => organisations.listManaged(user.id));
  route(app, 'GET /api/organisations/:id/people', ({ user, params }) =>
    organisations.listPeople(user.id, params.id),
  );
  route(app, 'POST /api/organisations/:id/invitations', ({ user, params, body }) =>
    organisations.invite(user.id, params.id, body),
  );
  route(app, 'DELETE /api/invitations/:id', ({ user, params }) =>
    organisations.withdraw(user.id, params.id),
  );
  route(app, 'PATCH /api/organisations/:id/people/:userId', ({ user, params, body }) =>
    organisations.giveRole(user.id, params.id, params.userId, body.role),
  );
  route(app, 'POST /api/people/:id/close', ({ user, params }) =>
    organisations.closeAccount(user.id, params.id, true),
  );
  route(app, 'POST /api/people/:id/reopen', ({ user, params }) =>
    organisations.closeAccount(user.id, params.id, false),
  );
  route(app, 'POST /api/invitations/look', ({ body }) => organisations.look(body.token));
  route(app, 'POST /api/invitations/accept', ({ request, body }) =>
    organisations.accept(request, body),
  );
}
