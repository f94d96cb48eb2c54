import { passwordLength } from '@second-look/core/contract';
import { type Config, deriveKey } from '@second-look/infra/config';
import type { Database } from '@second-look/infra/database';
import * as schema from '@second-look/migrations/auth-schema';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type { FastifyBaseLogger } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { forgottenPassword, passwordChanged } from '../account/mails.ts';
import { forgetLinks } from '../account/queries.ts';
import type { SendLater } from '../account/send-later.ts';

/** The header in which the server tells better-auth where a request came from; a client's own is dropped. */
export const clientAddressHeader = 'x-second-look-client';

/**
 * better-auth over its own tables: e-mail and password, sessions in PostgreSQL, nobody signs up by themselves.
 * @param database opened as the role `auth`
 */
export function openAuth(
  config: Pick<Config, 'secret' | 'publicUrl'>,
  database: Database,
  send: SendLater,
  log: FastifyBaseLogger,
) {
  const { publicUrl } = config;
  return betterAuth({
    appName: 'Second Look',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret: deriveKey(config.secret, 'sessions'),
    database: drizzleAdapter(database.plain, { provider: 'pg', schema }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.least,
      maxPasswordLength: passwordLength.most,
      resetPasswordTokenExpiresIn: 60 * 60,
      revokeSessionsOnPasswordReset: true,
      // Behind a `#`, where no proxy and no log sees it.
      sendResetPassword: async ({ user, token }) =>
        send(forgottenPassword(user, `${publicUrl}/new-password#${token}`)),
      onPasswordReset: async ({ user }) => {
        await forgetLinks(database.plain, user.id);
        send(passwordChanged(user, publicUrl));
      },
    },
    // Whoever reads the table cannot use what is in it.
    verification: { storeIdentifier: 'hashed' },
    session: {
      expiresIn: 60 * 60 * 24 * 14,
      updateAge: 60 * 60 * 24,
      cookieCache: { enabled: false },
    },
    // Tries at signing in are counted by whose they are (sign-in-limit.ts): a whole school shares one address.
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 600,
      customRules: { '/sign-in/email': false },
    },
    advanced: {
      cookiePrefix: 'second-look',
      useSecureCookies: publicUrl.startsWith('https:'),
      database: { generateId: () => uuidv7() },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    telemetry: { enabled: false },
    // What breaks is answered and logged as everywhere in this server.
    onAPIError: { throw: true },
    // Its messages quote tokens and addresses, and below `error` it tells of wrong passwords.
    logger: {
      level: 'error',
      log: (_level, _message, ...details) =>
        log.error({ err: details.find((detail) => detail instanceof Error) }, 'better-auth failed'),
    },
  });
}

export type Auth = ReturnType<typeof openAuth>;
