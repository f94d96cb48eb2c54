import type { Database } from '@second-look/infra/database';
import { isAPIError } from 'better-auth/api';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../../http/problems.ts';
import type { Auth } from '../session/auth.ts';
import { headersOf } from '../session/session.ts';
import type { openSignInLimit } from '../session/sign-in-limit.ts';
import type { openMailLimit } from './mail-limit.ts';
import { passwordChanged } from './mails.ts';
import { endOtherSessions, endSession, forgetLinks, listSessions } from './queries.ts';
import type { SendLater } from './send-later.ts';

export interface AccountDependencies {
  auth: Auth;
  /** As the role `auth`. */
  authDatabase: Database;
  signInLimit: ReturnType<typeof openSignInLimit>;
  mailLimit: ReturnType<typeof openMailLimit>;
  send: SendLater;
  publicUrl: string;
}

/** What people do about their own account. */
export function accountService(dependencies: AccountDependencies) {
  const { auth, authDatabase, signInLimit, mailLimit, send, publicUrl } = dependencies;
  const db = authDatabase.plain;

  return {
    /** Nobody learns from the answer, or from how long it takes, whether the address is known. */
    forgotPassword: async (request: FastifyRequest, email: string) => {
      if (await mailLimit.allows(email, request.ip))
        await auth.api.requestPasswordReset({ body: { email } });
    },

    setPassword: async (token: string, newPassword: string) => {
      await auth.api
        .resetPassword({ body: { token, newPassword } })
        .catch(refuse('INVALID_TOKEN', 'link_over'));
    },

    /** @returns the cookies of the session that goes on */
    changePassword: async (request: FastifyRequest, password: string, newPassword: string) => {
      const succeeded = await signInLimit.begin(request.user.email, request.ip);
      const { headers } = await auth.api
        .changePassword({
          headers: headersOf(request),
          body: { currentPassword: password, newPassword, revokeOtherSessions: true },
          returnHeaders: true,
        })
        .catch(refuse('INVALID_PASSWORD', 'wrong_password_now'));
      await succeeded();
      await forgetLinks(db, request.user.id);
      send(passwordChanged(request.user, publicUrl));
      return headers.getSetCookie();
    },

    listSessions: async ({ user, sessionId }: FastifyRequest) => {
      const rows = await listSessions(db, user.id);
      return {
        items: rows.map(({ startedAt, seenAt, expiresAt, ...row }) => ({
          ...row,
          startedAt: startedAt.toISOString(),
          seenAt: seenAt.toISOString(),
          expiresAt: expiresAt.toISOString(),
          isThis: row.id === sessionId,
        })),
      };
    },

    endSession: async ({ user }: FastifyRequest, id: string) => {
      if (!(await endSession(db, user.id, id))) throw new ProblemError('not_found');
    },

    endOtherSessions: ({ user, sessionId }: FastifyRequest) =>
      endOtherSessions(db, user.id, sessionId),
  };
}

/** Tells one of better-auth's refusals in our words; whatever else it throws is a fault. */
function refuse(code: string, problem: 'link_over' | 'wrong_password_now') {
  return (error: unknown): never => {
    if (isAPIError(error) && error.body?.code === code) throw new ProblemError(problem);
    throw error;
  };
}
