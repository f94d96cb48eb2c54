import { createHash, randomBytes } from 'node:crypto';
import { invitationDays } from '@second-look/core/contract';
import type { Database } from '@second-look/infra/database';
import type { Mailer } from '@second-look/infra/mail';
import { hashPassword } from 'better-auth/crypto';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { ProblemError } from '../../http/problems.ts';
import { logUnsent } from '../account/send-later.ts';
import type { Auth } from '../session/auth.ts';
import { readSession } from '../session/session.ts';
import { invitationMail } from './mails.ts';
import * as queries from './queries.ts';

export interface OrganisationDependencies {
  database: Database;
  auth: Auth;
  mailer: Mailer;
  publicUrl: string;
  log: FastifyBaseLogger;
}

type Role = 'member' | 'lead' | 'admin';
interface Acceptance {
  token: string;
  name?: string;
  password?: string;
}

const address = z.email().max(320);
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** What administrators do about who works where, and what those do whom they invite. */
export function organisationService(dependencies: OrganisationDependencies) {
  const { database, auth, mailer, publicUrl, log } = dependencies;

  /** @returns why somebody was not invited, if they were not */
  async function invite(userId: string, organisationId: string, given: string, role: Role) {
    const email = given.trim().toLowerCase();
    if (!address.safeParse(email).success) return 'This is no e-mail address.';
    const token = randomBytes(32).toString('base64url');
    const { outcome, found } = await database.as(userId, async (tx) => {
      const row = { id: uuidv7(), organisationId, email, role, tokenHash: hashOf(token) };
      const outcome = await queries.insertInvitation(tx, { ...row, days: invitationDays });
      return { outcome, found: await queries.findInvitation(tx, row.tokenHash) };
    });
    if (outcome === 'member') return 'They work there already.';
    if (outcome !== 'invited' || !found) throw new ProblemError('not_found');
    // Behind a `#`, where no proxy and no log sees it.
    const mail = invitationMail(found, `${publicUrl}/join#${token}`);
    return mailer.send(mail).then(
      () => undefined,
      (error: unknown) => {
        logUnsent(log, error);
        return 'The mail could not be sent. The invitation stands: invite them once more when mails go out again.';
      },
    );
  }

  return {
    listManaged: (userId: string) =>
      database.as(userId, async (tx) => ({ items: await queries.listManaged(tx) })),

    listPeople: (userId: string, organisationId: string) =>
      database.as(userId, async (tx) => {
        if (!(await queries.manages(tx, organisationId))) throw new ProblemError('not_found');
        const people = await queries.listStaff(tx, organisationId);
        const invitations = await queries.listInvitations(tx, organisationId);
        return {
          people: people.map(({ joinedAt, closedAt, ...row }) => ({
            ...row,
            joinedAt: new Date(joinedAt).toISOString(),
            closedAt: closedAt && new Date(closedAt).toISOString(),
          })),
          invitations: invitations.map(({ createdAt, expiresAt, ...row }) => ({
            ...row,
            createdAt: createdAt.toISOString(),
            expiresAt: expiresAt.toISOString(),
          })),
        };
      }),

    invite: async (
      userId: string,
      organisationId: string,
      { emails, role }: { emails: string[]; role: Role },
    ) => {
      const isMine = await database.as(userId, (tx) => queries.manages(tx, organisationId));
      if (!isMine) throw new ProblemError('not_found');
      const invited: string[] = [];
      const refused: { email: string; reason: string }[] = [];
      const seen = new Set<string>();
      for (const email of emails) {
        const plain = email.trim().toLowerCase();
        // Somebody who stands in the list twice gets one mail.
        if (seen.has(plain)) continue;
        seen.add(plain);
        const reason = await invite(userId, organisationId, email, role);
        if (reason === undefined) invited.push(plain);
        else refused.push({ email: email.trim(), reason });
      }
      return { invited, refused };
    },

    withdraw: (userId: string, id: string) =>
      database.as(userId, async (tx) => {
        if (!(await queries.withdrawInvitation(tx, id))) throw new ProblemError('not_found');
      }),

    giveRole: (userId: string, organisationId: string, personId: string, role: Role) =>
      database.as(userId, async (tx) =>
        refuse(await queries.giveRole(tx, organisationId, personId, role)),
      ),

    closeAccount: (userId: string, personId: string, isClosed: boolean) =>
      database.as(userId, async (tx) => refuse(await queries.closeAccount(tx, personId, isClosed))),

    look: async (token: string) => {
      const found = await database.as('', (tx) => queries.findInvitation(tx, hashOf(token)));
      if (!found) throw new ProblemError('invitation_over');
      return found;
    },

    accept: async (request: FastifyRequest, { token, name, password }: Acceptance) => {
      const session = await readSession(auth, request);
      const found = await database.as('', (tx) => queries.findInvitation(tx, hashOf(token)));
      // Before a password is hashed, which takes a while.
      if (!found) throw new ProblemError('invitation_over');
      if (!session && found.hasAccount) throw new ProblemError('sign_in_first');
      if (!session && !(name && password))
        throw new ProblemError('invalid', [
          { path: name ? 'password' : 'name', message: 'A new account needs both.' },
        ]);
      const made = {
        ...{ userId: uuidv7(), accountId: uuidv7(), name: name ?? '' },
        passwordHash: session ? '' : await hashPassword(password ?? ''),
      };
      const outcome = await database.as(session?.user.id ?? '', (tx) =>
        queries.acceptInvitation(tx, hashOf(token), made),
      );
      if (outcome === 'link_over') throw new ProblemError('invitation_over');
      if (outcome !== 'accepted') throw new ProblemError(outcome);
    },
  };
}

function refuse(outcome: 'given' | 'done' | 'oneself' | 'not_found') {
  if (outcome === 'oneself' || outcome === 'not_found') throw new ProblemError(outcome);
}
