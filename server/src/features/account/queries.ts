import type { Database } from '@second-look/infra/database';
import { session, verification } from '@second-look/migrations/auth-schema';
import { and, desc, eq, gt, ne, sql } from 'drizzle-orm';
import { longestSessionDays } from '../session/session.ts';

type Plain = Database['plain'];

/** A person's sessions that have not ended, the last used first. */
export function listSessions(db: Plain, userId: string) {
  return db
    .select({
      id: session.id,
      userAgent: session.userAgent,
      startedAt: session.createdAt,
      seenAt: session.updatedAt,
      expiresAt: session.expiresAt,
    })
    .from(session)
    .where(
      and(
        eq(session.userId, userId),
        gt(session.expiresAt, sql`now()`),
        gt(session.createdAt, sql`now() - make_interval(days => ${longestSessionDays})`),
      ),
    )
    .orderBy(desc(session.updatedAt), desc(session.id));
}

/** @returns whether the person had such a session */
export async function endSession(db: Plain, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await db
    .delete(session)
    .where(and(eq(session.id, id), eq(session.userId, userId)));
  return rowCount === 1;
}

export async function endOtherSessions(db: Plain, userId: string, keptId: string) {
  await db.delete(session).where(and(eq(session.userId, userId), ne(session.id, keptId)));
}

/** Ends whatever links for another password are under way to somebody. */
export async function forgetLinks(db: Plain, userId: string) {
  await db.delete(verification).where(eq(verification.value, userId));
}
