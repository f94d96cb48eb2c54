import type { Transaction } from '@second-look/infra/database';
import { worker } from '@second-look/migrations/schema';
import { desc, sql } from 'drizzle-orm';

export async function postgresqlVersion(tx: Transaction): Promise<string> {
  const { rows } = await tx.execute<{ version: string }>(
    sql`select current_setting('server_version') as version`,
  );
  return rows[0]?.version ?? '';
}

export async function appliedMigrations(tx: Transaction) {
  const { rows } = await tx.execute<{ name: string; appliedAt: string }>(
    sql`select name, applied_at as "appliedAt" from access.migrations()`,
  );
  return rows.map(({ name, appliedAt }) => ({ name, appliedAt: new Date(appliedAt) }));
}

/** Workers as they last told of themselves, the last heard of first. */
export function findWorkers(tx: Transaction) {
  return tx
    .select({
      version: worker.version,
      node: worker.nodeVersion,
      ffmpegVersion: worker.ffmpegVersion,
      ffmpegReleasedOn: worker.ffmpegReleasedOn,
      clockAheadMs: worker.clockAheadMs,
      startedAt: worker.startedAt,
      seenAt: worker.seenAt,
      sweptAt: worker.sweptAt,
      isThere: sql<boolean>`${worker.seenAt} > now() - interval '2 minutes'`,
    })
    .from(worker)
    .orderBy(desc(worker.seenAt))
    .limit(100);
}
