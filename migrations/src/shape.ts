import { type Database, DatabaseProblem, sqlState } from '@second-look/infra/database';
import { sql } from 'drizzle-orm';
import { migrationFiles } from './migrate.ts';

/** How the shape of a database stands to what this release needs. */
export interface Shape {
  /** Migrations of this release that the database has not seen. */
  missing: string[];
  /** Migrations that the database has seen and this release does not know: a later one was here. */
  later: string[];
}

/** @param database as `app` or `worker` */
export async function readShape(database: Database): Promise<Shape> {
  const known = await migrationFiles();
  const applied = await readApplied(database);
  return {
    missing: known.filter((name) => !applied.includes(name)),
    later: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Looks whether this release can work on the database. On one that a later release has been at it can,
 * because every migration is made so that the release before can live with it; that is told in the log.
 * @param log hears of a database that is ahead
 * @throws DatabaseProblem where the database is behind
 */
export async function checkShape(
  database: Database,
  log: { warn(details: object, line: string): void },
): Promise<void> {
  const { missing, later } = await readShape(database);
  if (missing.length > 0) {
    throw new DatabaseProblem(
      `The database is not in the shape that this release needs (${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing): run \`second-look migrate\` first.`,
    );
  }
  if (later.length > 0) {
    log.warn(
      { later },
      'the database is ahead of this release: it works, but a later one was here',
    );
  }
}

/** None where the table of migrations is not there, or is from before it could be read. */
async function readApplied(database: Database): Promise<string[]> {
  try {
    const { rows } = await database.plain.execute<{ name: string }>(
      sql`select name from migration.applied order by name`,
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    const isNotThere = ['3F000', '42P01', '42501'].includes(sqlState(error) ?? '');
    if (isNotThere) return [];
    throw error;
  }
}
