import { explain } from '@second-look/infra/database';
import { account, user } from '@second-look/migrations/auth-schema';
import { membership, organisation } from '@second-look/migrations/schema';
import { hashPassword } from 'better-auth/crypto';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { uuidv7 } from 'uuidv7';

export interface Enrolment {
  organisations: { key: string; name: string; kind: 'trust' | 'school'; parent?: string }[];
  people: {
    name: string;
    email: string;
    password: string;
    memberships: { organisation: string; role: 'member' | 'lead' | 'admin' }[];
  }[];
}

type Transaction = Parameters<Parameters<ReturnType<typeof drizzle>['transaction']>[0]>[0];

/**
 * Writes organisations and the people in them, all or nothing: for setting up, from outside the server.
 * People who are there already make it write nothing.
 * @param url the database's address as the role `migrator`
 * @returns whether anything was written
 */
export function enrol(url: string, enrolment: Enrolment): Promise<boolean> {
  return setUp(url, async (tx) => {
    const there = await tx.select({ email: user.email }).from(user);
    if (enrolment.people.some(({ email }) => there.some((known) => known.email === email)))
      return false;
    await write(tx, enrolment);
    return true;
  });
}

/**
 * The same for the very first: writes nothing where there is an organisation or a person already, also
 * where somebody else is setting up at the same moment.
 */
export function enrolFirst(url: string, enrolment: Enrolment): Promise<boolean> {
  return setUp(url, async (tx) => {
    if (await hasAny(tx)) return false;
    await write(tx, enrolment);
    return true;
  });
}

/** Whether `enrolFirst` would write nothing now. @param url the database's address as the role `migrator` */
export function isSetUp(url: string): Promise<boolean> {
  return setUp(url, hasAny);
}

async function hasAny(tx: Transaction): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from organisation union all select from auth."user" limit 1`);
  return rows.length > 0;
}

async function setUp<T>(url: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const db = drizzle(url);
  try {
    return await db.transaction(async (tx) => {
      await tx.execute(sql`set local role second_look_owner`);
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('second_look set up'))`);
      return work(tx);
    });
  } catch (error) {
    throw explain(error, url);
  } finally {
    await db.$client.end();
  }
}

async function write(tx: Transaction, { organisations, people }: Enrolment): Promise<void> {
  const ids = new Map(organisations.map(({ key }) => [key, uuidv7()]));
  for (const { key, name, kind, parent } of organisations) {
    const parentId = parent === undefined ? null : idOf(ids, parent);
    await tx.insert(organisation).values({ id: idOf(ids, key), name, kind, parentId });
  }
  for (const { name, email, password, memberships } of people) {
    const userId = uuidv7();
    await tx.insert(user).values({ id: userId, name, email, emailVerified: true });
    await tx.insert(account).values({
      id: uuidv7(),
      userId,
      accountId: userId,
      providerId: 'credential',
      password: await hashPassword(password),
    });
    for (const { organisation: key, role } of memberships) {
      await tx.insert(membership).values({ userId, organisationId: idOf(ids, key), role });
    }
  }
}

function idOf(ids: Map<string, string>, key: string): string {
  const id = ids.get(key);
  if (!id) throw new Error(`No organisation is called ${key}.`);
  return id;
}
