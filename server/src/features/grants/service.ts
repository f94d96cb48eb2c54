import type { Grant, Right } from '@second-look/core/contract';
import type { Database, Transaction } from '@second-look/infra/database';
import { uuidv7 } from 'uuidv7';
import { ProblemError } from '../../http/problems.ts';
import { findRecording } from '../recordings/queries.ts';
import {
  findGrant,
  findPrincipal,
  findWholeCut,
  type GrantRow,
  listGrants,
  updateGrant,
  upsertGrant,
} from './queries.ts';

interface Sharing {
  principal: { type: 'user' | 'group'; id: string };
  rights: Right[];
  expiresAt: string | null;
  reason: string;
}

/** Sharing: what an owner (or whoever may pass it on) gives, changes and takes back. */
export function grantService({ database }: { database: Database }) {
  async function shown(tx: Transaction, id: string | undefined): Promise<Grant> {
    const row = id === undefined ? undefined : await findGrant(tx, id);
    if (!row) throw new ProblemError('not_found');
    return present(row);
  }

  return {
    list: (userId: string, recordingId: string) =>
      database.as(userId, async (tx) => {
        if (!(await findRecording(tx, recordingId))) throw new ProblemError('not_found');
        return { items: (await listGrants(tx, recordingId)).map(present) };
      }),

    share: (userId: string, recordingId: string, sharing: Sharing) =>
      database.as(userId, async (tx) => {
        if (!(await findRecording(tx, recordingId))) throw new ProblemError('not_found');
        if (sharing.principal.id === userId) {
          throw new ProblemError('invalid', [
            { path: 'principal.id', message: 'You see it already; choose somebody else.' },
          ]);
        }
        const cutId = await findWholeCut(tx, recordingId);
        const principalId = await findPrincipal(tx, sharing.principal);
        if (!principalId) throw new ProblemError('not_found');
        if (!cutId) throw new ProblemError('not_ready');
        const id = await upsertGrant(tx, {
          id: uuidv7(),
          recordingId,
          cutId,
          principalId,
          rights: sharing.rights,
          reason: sharing.reason,
          grantedBy: userId,
          expiresAt: sharing.expiresAt === null ? null : new Date(sharing.expiresAt),
        });
        return shown(tx, id);
      }),

    change: (
      userId: string,
      id: string,
      changes: { rights?: Right[]; expiresAt?: string | null },
    ) =>
      database.as(userId, async (tx) => {
        const { rights, expiresAt } = changes;
        const changed = await updateGrant(tx, id, {
          rights,
          ...(expiresAt !== undefined && {
            expiresAt: expiresAt === null ? null : new Date(expiresAt),
          }),
        });
        if (!changed) throw new ProblemError('not_found');
        return shown(tx, id);
      }),

    end: (userId: string, id: string) =>
      database.as(userId, async (tx) => {
        if (!(await updateGrant(tx, id, { revokedAt: new Date() })))
          throw new ProblemError('not_found');
      }),
  };
}

function present({
  grant,
  principal,
  giverName,
  conversationId,
  startMs,
  endMs,
  isWhole,
}: GrantRow): Grant {
  return {
    id: grant.id,
    recordingId: grant.recordingId,
    cutId: grant.cutId,
    conversationId,
    principal,
    rights: grant.rights,
    startMs: isWhole ? null : startMs,
    endMs: isWhole ? null : endMs,
    expiresAt: grant.expiresAt?.toISOString() ?? null,
    reason: grant.reason,
    grantedBy: { id: grant.grantedBy, name: giverName ?? '' },
    createdAt: grant.createdAt.toISOString(),
  };
}
