import type { Pool } from 'pg';

/** PostgreSQL's number for the oldest version that the product works with (`server_version_num`). */
const oldestVersion = 150_000;

/** What keeps a process from using the database; its message is a sentence that says what to do. */
export class DatabaseProblem extends Error {}

/** Which setting gave an address: that of every process, or that of whoever makes the logins. */
export type DatabaseSetting = 'DATABASE_URL' | 'MIGRATOR_DATABASE_URL';

const noLogin = 'no login';

const sentences: Record<string, (login: string, setting: DatabaseSetting) => string> = {
  ECONNREFUSED: (_, setting) => `nothing answers there: start PostgreSQL, or mend ${setting}`,
  ENOTFOUND: (_, setting) => `its host is not known: mend ${setting}`,
  EAI_AGAIN: (_, setting) =>
    `its host is not known at the moment: mend ${setting} or the name service`,
  ETIMEDOUT: (_, setting) =>
    `it does not answer: mend ${setting}, or let this machine through its firewall`,
  '57P03': () => 'it is still starting: try again in a moment',
  '53300': () => 'it has no connection left: raise its max_connections',
  '3D000': (_, setting) =>
    `there is no database of that name: make it with \`createdb\`, or mend ${setting}`,
  '28000': (login) => `it does not let ${login} in: mend its pg_hba.conf`,
  [noLogin]: (login, setting) =>
    setting === 'MIGRATOR_DATABASE_URL'
      ? `it has no login ${login}: mend ${setting}`
      : `it has no login ${login} yet: run \`second-look migrate\``,
  '28P01': (login, setting) =>
    setting === 'MIGRATOR_DATABASE_URL'
      ? `it takes another password of ${login}, or has no such login: mend ${setting}`
      : `the password of ${login} is another: where that is a second_look login, give every process the same SECRET and run \`second-look migrate\` with it once`,
  '42704': () => 'it was never prepared: run `second-look migrate`',
  '42501': (login) =>
    `${login} has too few rights: give MIGRATOR_DATABASE_URL somebody who may make roles (CREATEROLE) and owns the database, and run \`second-look migrate\``,
};

/**
 * The sentence for the operator where an error means that the database cannot be used as it is.
 * @param url the address that was used; its password is not repeated
 * @returns a DatabaseProblem, or the error as it was
 */
export function explain(
  error: unknown,
  url: string,
  setting: DatabaseSetting = 'DATABASE_URL',
): unknown {
  if (error instanceof DatabaseProblem) return error;
  const reason = codesOf(error)
    .map((code) => sentences[code])
    .find((sentence) => sentence !== undefined);
  if (!reason) return error;
  const login = new URL(url).username || 'this login';
  const problem = `The database ${placeOf(url)} cannot be used, ${reason(login, setting)}.`;
  return new DatabaseProblem(problem, { cause: error });
}

/** Which database an address names and where, without a login and its password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${pathname.slice(1)} at ${host || 'this machine'}`;
}

/**
 * Whether PostgreSQL says that it has no such login. Its code is that of pg_hba.conf and its words may be in any
 * language, so where in its source it says so tells.
 */
export function lacksLogin(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!('routine' in error && error.routine === 'InitializeSessionUserId'))
    return lacksLogin(error.cause);
  return !error.message.endsWith('is not permitted to log in');
}

/** The codes of an error, of what it wraps and of what happened at once (a name with several addresses). */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  if (lacksLogin(error)) return [noLogin];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  // node-postgres gives a connection that took too long no code.
  const late = /connection timeout|timeout expired/.test(error.message) ? ['ETIMEDOUT'] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...own, ...late, ...inner, ...codesOf(error.cause)];
}

/** @throws DatabaseProblem where it cannot hold every word, which shows only when one is written */
export async function refuseOtherEncoding(client: Pick<Pool, 'query'>): Promise<void> {
  const { rows } = await client.query<{ name: string; encoding: string }>(
    "select current_database() as name, current_setting('server_encoding') as encoding",
  );
  const [found] = rows;
  if (found && found.encoding !== 'UTF8') {
    throw new DatabaseProblem(
      `The database ${found.name} is encoded in ${found.encoding}, which cannot hold every word: make one with \`createdb --encoding UTF8 --template template0\`, and let DATABASE_URL and MIGRATOR_DATABASE_URL name that.`,
    );
  }
}

/** @throws DatabaseProblem where PostgreSQL is older than 15 */
export async function refuseOldVersion(pool: Pick<Pool, 'query'>): Promise<void> {
  const { rows } = await pool.query<{ number: number; name: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as name",
  );
  const [version] = rows;
  if (version && version.number < oldestVersion) {
    throw new DatabaseProblem(
      `The database is PostgreSQL ${version.name}, which is too old: Second Look needs 15 or later.`,
    );
  }
}
