import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { ProblemError } from '../../http/problems.ts';
import type { Auth } from './auth.ts';
import { clientAddressHeader } from './auth.ts';

export interface SignedIn {
  id: string;
  name: string;
  email: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: set on every route but the public ones, before anything else is looked at. */
    user: SignedIn;
    /** Which of their sessions asks. */
    sessionId: string;
  }
  interface FastifyContextConfig {
    isPublic?: boolean;
  }
}

/** However often it is used, a session ends so long after signing in; unused, it ends before (auth.ts). */
export const longestSessionDays = 90;

const isTooOld = (startedAt: Date) =>
  Date.now() - startedAt.getTime() > longestSessionDays * 24 * 60 * 60 * 1000;

/** The request's headers as better-auth reads them, with the address that the server itself saw. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  headers.set(clientAddressHeader, request.ip);
  return headers;
}

/**
 * Whose session this request belongs to, or `null`. Asked anew each time: signing out takes effect at once.
 * @param reply carries the cookie of a session that is renewed; without it none is, because the browser would not hear of it
 */
export async function readSession(
  auth: Auth,
  request: FastifyRequest,
  reply?: FastifyReply,
): Promise<{ user: SignedIn; sessionId: string } | null> {
  if (!request.headers.cookie) return null;
  const { response: session, headers } = await auth.api.getSession({
    headers: headersOf(request),
    query: { disableRefresh: reply === undefined },
    returnHeaders: true,
  });
  if (!session || isTooOld(session.session.createdAt)) return null;
  for (const cookie of headers.getSetCookie()) reply?.header('set-cookie', cookie);
  const { id, name, email } = session.user;
  return { user: { id, name, email }, sessionId: session.session.id };
}

/** Lets nobody past without a session, but on routes that say they are public and on the web's own files. */
export const sessionPlugin = fp(async (app: FastifyInstance, { auth }: { auth: Auth }) => {
  app.decorateRequest('user', null as unknown as SignedIn);
  app.decorateRequest('sessionId', '');
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.isPublic || request.is404) return;
    const session = await readSession(auth, request, reply);
    if (!session) throw new ProblemError('signed_out');
    request.user = session.user;
    request.sessionId = session.sessionId;
  });
});
