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

/**
 * Writes organisations and the people in them, all or nothing: for setting up, from outside the server.
 * People who are there already make it write nothing.
 * @param url the database's address as the role `migrator`
 * @returns whether anything was written
 */
export async function enrol(url: string, { organisations, people }: Enrolment): Promise<boolean> {
  const db = drizzle(url);
  try {
    return await db.transaction(async (tx) => {
      await tx.execute(sql`set local role second_look_owner`);
      const there = await tx.select({ email: user.email }).from(user);
      if (people.some(({ email }) => there.some((known) => known.email === email))) return false;
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
      return true;
    });
  } finally {
    await db.$client.end();
  }
}

function idOf(ids: Map<string, string>, key: string): string {
  const id = ids.get(key);
  if (!id) throw new Error(`No organisation is called ${key}.`);
  return id;
}
