import type { Right } from '@second-look/core/contract';
import type { Transaction } from '@second-look/infra/database';
import {
  conversation,
  cut,
  grant,
  group,
  person,
  principal,
  recording,
} from '@second-look/migrations/schema';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { isLive, principalColumns } from '../recordings/queries.ts';

/** Whether a cut is all of a recording that its owner has shown. */
const isWhole = and(
  eq(cut.startMs, recording.shownFromMs),
  sql`${cut.endMs} is not distinct from ${recording.shownToMs}`,
);

function selectGrants(tx: Transaction) {
  return tx
    .select({
      grant,
      principal: principalColumns,
      giverName: sql<
        string | null
      >`(select giver.name from person giver where giver.id = ${grant.grantedBy})`,
      conversationId: conversation.id,
      startMs: cut.startMs,
      endMs: cut.endMs,
      isWhole: sql<boolean>`${isWhole}`,
    })
    .from(grant)
    .innerJoin(recording, and(eq(recording.id, grant.recordingId), isNull(recording.deletedAt)))
    .innerJoin(cut, eq(cut.id, grant.cutId))
    .innerJoin(principal, eq(principal.id, grant.principalId))
    .leftJoin(
      conversation,
      and(
        eq(conversation.recordingId, grant.recordingId),
        eq(conversation.principalId, grant.principalId),
      ),
    )
    .leftJoin(person, eq(person.id, principal.userId))
    .leftJoin(group, eq(group.id, principal.groupId));
}
export type GrantRow = Awaited<ReturnType<typeof selectGrants>>[number];

export function listGrants(tx: Transaction, recordingId: string) {
  return selectGrants(tx)
    .where(and(eq(grant.recordingId, recordingId), isLive))
    .orderBy(asc(grant.id));
}

export async function findGrant(tx: Transaction, id: string) {
  const [row] = await selectGrants(tx).where(and(eq(grant.id, id), isLive));
  return row;
}

/** The cut that is the whole of a recording, where the person may see it. */
export async function findWholeCut(tx: Transaction, recordingId: string) {
  const [row] = await tx
    .select({ id: cut.id })
    .from(cut)
    .innerJoin(recording, eq(recording.id, cut.recordingId))
    .where(and(eq(cut.recordingId, recordingId), isWhole));
  return row?.id;
}

export async function findPrincipal(
  tx: Transaction,
  { type, id }: { type: 'user' | 'group'; id: string },
) {
  const [row] = await tx
    .select({ id: principal.id })
    .from(principal)
    .where(eq(type === 'user' ? principal.userId : principal.groupId, id));
  return row?.id;
}

export interface NewGrant {
  id: string;
  recordingId: string;
  cutId: string;
  principalId: string;
  rights: Right[];
  reason: string;
  grantedBy: string;
  expiresAt: Date | null;
}

/** Gives a grant, or changes the one that this principal has on this cut. @returns its id */
export async function upsertGrant(tx: Transaction, given: NewGrant): Promise<string | undefined> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    insert into "grant" (id, recording_id, cut_id, principal_id, rights, reason, granted_by, expires_at)
    values (${given.id}, ${given.recordingId}, ${given.cutId}, ${given.principalId},
      ${sql.param(given.rights, grant.rights)}, ${given.reason}, ${given.grantedBy}, ${given.expiresAt})
    on conflict (cut_id, principal_id) where revoked_at is null
    do update set rights = excluded.rights, reason = excluded.reason, expires_at = excluded.expires_at,
      updated_at = now()
    returning id`);
  return rows[0]?.id;
}

/** @returns whether there was a grant that the person may change */
export async function updateGrant(
  tx: Transaction,
  id: string,
  changes: { rights?: Right[]; expiresAt?: Date | null; revokedAt?: Date },
): Promise<boolean> {
  const rows = await tx
    .update(grant)
    .set({ ...changes, updatedAt: sql`now()` })
    .where(and(eq(grant.id, id), isNull(grant.revokedAt)))
    .returning({ id: grant.id });
  return rows.length > 0;
}
