import type { Transaction } from '@second-look/infra/database';
import { invitation, person } from '@second-look/migrations/schema';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';

type Role = 'member' | 'lead' | 'admin';

/** The organisations whose people the person at work looks after. */
export async function listManaged(tx: Transaction) {
  const { rows } = await tx.execute<{ id: string; name: string; kind: 'trust' | 'school' }>(
    sql`select id, name, kind from access.managed() order by kind desc, name, id`,
  );
  return rows;
}

export async function manages(tx: Transaction, organisationId: string): Promise<boolean> {
  const { rows } = await tx.execute<{ yes: boolean }>(
    sql`select access.manages(${organisationId}) as yes`,
  );
  return rows[0]?.yes === true;
}

export async function listStaff(tx: Transaction, organisationId: string) {
  const { rows } = await tx.execute<{
    id: string;
    name: string;
    email: string;
    role: Role;
    joinedAt: string;
    closedAt: string | null;
  }>(sql`select id, name, email, role, joined_at as "joinedAt", closed_at as "closedAt"
    from access.people_of(${organisationId}) order by closed_at is not null, lower(name), id`);
  return rows;
}

/** Those that nobody has accepted yet, the oldest first. */
export function listInvitations(tx: Transaction, organisationId: string) {
  return tx
    .select({
      id: invitation.id,
      email: invitation.email,
      role: invitation.role,
      invitedBy: sql<string>`coalesce(${person.name}, '')`,
      createdAt: invitation.createdAt,
      expiresAt: invitation.expiresAt,
      isOver: sql<boolean>`${invitation.expiresAt} <= now()`,
    })
    .from(invitation)
    .leftJoin(person, eq(person.id, invitation.invitedBy))
    .where(
      and(
        eq(invitation.organisationId, organisationId),
        isNull(invitation.acceptedAt),
        isNull(invitation.withdrawnAt),
      ),
    )
    .orderBy(asc(invitation.createdAt), asc(invitation.id));
}

export async function insertInvitation(
  tx: Transaction,
  row: {
    id: string;
    organisationId: string;
    email: string;
    role: Role;
    tokenHash: string;
    days: number;
  },
): Promise<'invited' | 'member' | 'not_found'> {
  return outcome(
    tx,
    sql`access.invite(${row.id}, ${row.organisationId}, ${row.email}, ${row.role}, ${row.tokenHash},
      now() + make_interval(days => ${row.days}))`,
  );
}

export async function withdrawInvitation(tx: Transaction, id: string): Promise<boolean> {
  return outcome(tx, sql`access.withdraw_invitation(${id})`);
}

/** What a link leads to that can still be accepted. */
export async function findInvitation(tx: Transaction, tokenHash: string) {
  const { rows } = await tx.execute<{
    email: string;
    organisation: string;
    role: Role;
    invitedBy: string;
    hasAccount: boolean;
  }>(sql`select email, organisation, role, invited_by as "invitedBy", has_account as "hasAccount"
    from access.invitation_behind(${tokenHash})`);
  return rows[0];
}

export async function acceptInvitation(
  tx: Transaction,
  tokenHash: string,
  made: { userId: string; accountId: string; name: string; passwordHash: string },
): Promise<'accepted' | 'link_over' | 'other_address' | 'sign_in_first'> {
  return outcome(
    tx,
    sql`access.accept_invitation(${tokenHash}, ${made.userId}, ${made.accountId}, ${made.name}, ${made.passwordHash})`,
  );
}

export async function giveRole(
  tx: Transaction,
  organisationId: string,
  userId: string,
  role: Role,
): Promise<'given' | 'oneself' | 'not_found'> {
  return outcome(tx, sql`access.give_role(${organisationId}, ${userId}, ${role})`);
}

export async function closeAccount(
  tx: Transaction,
  userId: string,
  isClosed: boolean,
): Promise<'done' | 'oneself' | 'not_found'> {
  return outcome(tx, sql`access.close_account(${userId}, ${isClosed})`);
}

async function outcome<T>(tx: Transaction, asked: ReturnType<typeof sql>): Promise<T> {
  const { rows } = await tx.execute<{ outcome: T }>(sql`select ${asked} as outcome`);
  const [row] = rows;
  if (!row) throw new Error('The database answered nothing.');
  return row.outcome;
}
