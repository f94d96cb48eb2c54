import type { Recording } from '@second-look/core/contract';
import type { Transaction } from '@second-look/infra/database';
import { grant, recording, source } from '@second-look/migrations/schema';
import { and, desc, eq, isNull, or, sql } from 'drizzle-orm';
import { ProblemError } from '../../http/problems.ts';
import { presentRecordings } from './present.ts';
import { isInTrash, isLive, type RecordingRow, selectRecordings } from './queries.ts';

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
          : or(eq(recording.id, one.copyOf), eq(recording.copyOf, one.id)),
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
  if ((other.deletedAt === null) !== isPutAway) throw new ProblemError('changed_meanwhile');
  // What is there is given up only for what is proven to be as good.
  if (isPutAway && !(other.playable && (await isChecked(tx, otherId))))
    throw new ProblemError('not_ready');
  if (await hasLiveGrants(tx, otherId)) throw new ProblemError('is_shared');
  const deletedAt = isPutAway ? sql`now()` : sql`null::timestamptz`;
  const { rows } = await tx.execute<{ step: string }>(
    sql`select access.exchange_films(${recordingId}, ${otherId}, ${movedMs}, ${deletedAt}) as step`,
  );
  if (rows.length === 0) throw new ProblemError('not_ready');
  await tx.update(recording).set({ title }).where(eq(recording.id, otherId));
  return rows.map(({ step }) => step);
}

/** A recording of the person's own, also one in the trash that can still be taken out. */
async function findAnyOf(tx: Transaction, ownerId: string, id: string) {
  const [row] = await tx
    .select()
    .from(recording)
    .where(
      and(
        eq(recording.id, id),
        eq(recording.ownerId, ownerId),
        or(isNull(recording.deletedAt), isInTrash),
      ),
    );
  return row;
}

/** Whether all that was uploaded of it is stored, and its checksums. */
async function isChecked(tx: Transaction, recordingId: string): Promise<boolean> {
  const rows = await tx
    .select({ sha256: source.sha256 })
    .from(source)
    .where(eq(source.recordingId, recordingId));
  return rows.length > 0 && rows.every(({ sha256 }) => sha256 !== null);
}

/** Whether anybody else can see a recording now. */
async function hasLiveGrants(tx: Transaction, recordingId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: grant.id })
    .from(grant)
    .where(and(eq(grant.recordingId, recordingId), isLive))
    .limit(1);
  return rows.length > 0;
}
