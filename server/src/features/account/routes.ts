import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { type AccountDependencies, accountService } from './service.ts';

export async function accountRoutes(app: FastifyInstance, dependencies: AccountDependencies) {
  const account = accountService(dependencies);

  route(app, 'POST /api/account/forgotten-password', ({ request, body }) =>
    account.forgotPassword(request, body.email),
  );
  route(app, 'POST /api/account/new-password', ({ body }) =>
    account.setPassword(body.token, body.newPassword),
  );
  route(app, 'POST /api/account/password', async ({ request, reply, body }) => {
    const cookies = await account.changePassword(request, body.password, body.newPassword);
    for (const cookie of cookies) reply.header('set-cookie', cookie);
  });
  route(app, 'GET /api/account/sessions', ({ request }) => account.listSessions(request));
  route(app, 'DELETE /api/account/sessions/:id', ({ request, params }) =>
    account.endSession(request, params.id),
  );
  route(app, 'DELETE /api/account/sessions', ({ request }) => account.endOtherSessions(request));
}
