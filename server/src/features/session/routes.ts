import { text } from '@second-look/core/contract';
import { sqlState } from '@second-look/infra/database';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ProblemError } from '../../http/problems.ts';
import type { Auth } from './auth.ts';
import { headersOf } from './session.ts';
import type { openSignInLimit } from './sign-in-limit.ts';

const credentials = z.object({
  email: z.email().max(320),
  password: text.min(1).max(1000),
  rememberMe: z.boolean().optional(),
});

/** What the trigger over sessions refuses with (0016_people.sql). */
const closedState = 'SL001';

/**
 * The few of better-auth's routes that this product offers, under their own names. What is not listed does
 * not exist: no sign-up, no change of somebody's address or password by anybody else.
 */
export async function sessionRoutes(
  app: FastifyInstance,
  { auth, limit }: { auth: Auth; limit: ReturnType<typeof openSignInLimit> },
) {
  const config = { isPublic: true };

  app.post(
    '/api/auth/sign-in/email',
    { config, schema: { summary: 'Signs in.', tags: ['auth'], body: credentials } },
    async (request, reply) => {
      const body = request.body as z.output<typeof credentials>;
      app.refuseWrongAddress(request);
      const succeeded = await limit.begin(body.email, request.ip);
      const response = await pass(auth, request, body).catch((error: unknown) => {
        // Only whoever knows the password comes so far as to be told.
        if (sqlState(error) === closedState) throw new ProblemError('account_closed');
        throw error;
      });
      if (response.status === 429) throw new ProblemError('too_many_requests');
      if (response.status === 401) throw new ProblemError('wrong_password');
      if (!response.ok) throw new Error(`better-auth answered ${response.status}.`);
      await succeeded();
      return answer(reply, response);
    },
  );

  app.post(
    '/api/auth/sign-out',
    { config, schema: { summary: 'Ends the session.', tags: ['auth'] } },
    async (request, reply) => {
      // The cache may hold pictures of a lesson; the storage may hold a lesson not yet uploaded, so it stays.
      reply.header('clear-site-data', '"cache"');
      return answer(reply, await pass(auth, request, {}));
    },
  );

  app.get(
    '/api/auth/get-session',
    { config, schema: { summary: 'The present session, or null.', tags: ['auth'] } },
    async (request, reply) => answer(reply, await pass(auth, request)),
  );
}

function pass(auth: Auth, request: FastifyRequest, body?: unknown): Promise<Response> {
  const headers = headersOf(request);
  headers.delete('content-length');
  // better-auth wants an origin it trusts; http/security.ts has checked the real one.
  headers.set('origin', new URL(auth.options.baseURL).origin);
  const address = new URL(request.url, auth.options.baseURL);
  if (body === undefined)
    return auth.handler(new Request(address, { method: request.method, headers }));
  headers.set('content-type', 'application/json');
  return auth.handler(
    new Request(address, { method: request.method, headers, body: JSON.stringify(body) }),
  );
}

async function answer(reply: FastifyReply, response: Response) {
  reply.code(response.status).header('cache-control', 'no-store').type('application/json');
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  // The token belongs in the cookie that scripts cannot read, and nowhere else.
  const withoutToken = (key: string, value: unknown) => (key === 'token' ? undefined : value);
  return reply.send(JSON.stringify(JSON.parse(await response.text(), withoutToken)));
}
