import { sqlState } from '@second-look/infra/database/sql-state';
import { DatabaseProblem } from '@second-look/infra/database/trouble';
import type { ClientBase, Pool } from 'pg';
import { migrationFiles } from './migrate.ts';

/** How the shape of a database stands to what this release needs. */
export interface Shape {
  /** Migrations of this release that the database has not seen. */
  missing: string[];
  /** Migrations that the database has seen and this release does not know: a later one was here. */
  later: string[];
  /** Whether no migration was ever applied. */
  isBare: boolean;
}

type Connection = Pick<Pool, 'query'> | Pick<ClientBase, 'query'>;

/** @param database as `app`, `worker` or the owner of the tables */
export async function readShape(database: Connection): Promise<Shape> {
  const known = await migrationFiles();
  const applied = await readApplied(database);
  return {
    missing: known.filter((name) => !applied.includes(name)),
    later: applied.filter((name) => !known.includes(name)),
    isBare: applied.length === 0,
  };
}

/**
 * Looks whether this release can work on the database. On one that a later release has been at it can,
 * because every migration is made so that the release before can live with it; that is told in the log.
 * @param log hears of a database that is ahead
 * @throws DatabaseProblem where the database is behind
 */
export async function checkShape(
  database: Connection,
  log: { warn(details: object, line: string): void },
): Promise<void> {
  const shape = await readShape(database);
  refuseBehind(shape);
  const { later } = shape;
  if (later.length > 0) {
    log.warn(
      { later },
      'the database is ahead of this release: it works, but a later one was here',
    );
  }
}

/** @throws DatabaseProblem where migrations are missing */
export function refuseBehind({ missing }: Shape): void {
  if (missing.length === 0) return;
  throw new DatabaseProblem(
    `The database is not in the shape that this release needs (${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing): run \`second-look migrate\` first.`,
  );
}

/** None where the table of migrations is not there, or is from before it could be read. */
async function readApplied(database: Connection): Promise<string[]> {
  try {
    const { rows } = await database.query<{ name: string }>(
      'select name from migration.applied order by name',
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    const isNotThere = ['3F000', '42P01', '42501'].includes(sqlState(error) ?? '');
    if (isNotThere) return [];
    throw error;
  }
}
