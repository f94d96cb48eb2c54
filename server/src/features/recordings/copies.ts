import type { Recording } from '@second-look/core/contract';
import type { Transaction } from '@second-look/infra/database';
import { recording } from '@second-look/migrations/schema';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { ProblemError } from '../../http/problems.ts';
import { presentRecordings } from './present.ts';
import { findAnyOf, hasLiveGrants, type RecordingRow, selectRecordings } from './queries.ts';

interface Copies {
  copies: Recording[];
  copyOf: Recording | null;
}

/** The recordings whose films are copies of one another: what its owner may have change places. */
export async function findCopies(
  tx: Transaction,
  userId: string,
  { recording: one }: RecordingRow,
): Promise<Copies> {
  const rows = await selectRecordings(tx)
    .where(
      and(
        isNull(recording.deletedAt),
        one.copyOf === null
          ? eq(recording.copyOf, one.id)
          : sql`${recording.id} = ${one.copyOf} or ${recording.copyOf} = ${one.id}`,
      ),
    )
    .orderBy(desc(recording.id));
  const shown = await presentRecordings(tx, userId, rows);
  return {
    copies: shown.filter(({ id }) => id !== one.copyOf),
    copyOf: shown.find(({ id }) => id === one.copyOf) ?? null,
  };
}

export interface Exchange {
  with: string;
  /** What the other one is called from now on. */
  title: string;
  /** Whether the other one goes into the trash, or comes out of it. */
  isPutAway: boolean;
  movedMs: number;
}

/**
 * Has two recordings of the person's change films.
 * @returns the steps to be done, those of the first one's new film first
 */
export async function exchangeFilms(
  tx: Transaction,
  userId: string,
  recordingId: string,
  { with: otherId, title, isPutAway, movedMs }: Exchange,
): Promise<string[]> {
  const other = await findAnyOf(tx, userId, otherId);
  if (!other) throw new ProblemError('not_found');
  if (otherId === recordingId)
    throw new ProblemError('invalid', [{ path: 'with', message: 'That is the same lesson.' }]);
  if (other.state === 'failed') throw new ProblemError('not_ready');
  if (await hasLiveGrants(tx, otherId)) throw new ProblemError('is_shared');
  const deletedAt = isPutAway ? sql`now()` : sql`null::timestamptz`;
  const { rows } = await tx.execute<{ step: string }>(
    sql`select access.exchange_films(${recordingId}, ${otherId}, ${movedMs}, ${deletedAt}) as step`,
  );
  if (rows.length === 0) throw new ProblemError('not_ready');
  await tx.update(recording).set({ title }).where(eq(recording.id, otherId));
  return rows.map(({ step }) => step);
}
