import type { Transaction } from '@second-look/infra/database';
import { membership, organisation, person } from '@second-look/migrations/schema';
import { asc, eq, inArray, sql } from 'drizzle-orm';

export function organisationsOf(tx: Transaction, userId: string) {
  return tx
    .select({
      id: organisation.id,
      name: organisation.name,
      kind: organisation.kind,
      role: membership.role,
    })
    .from(membership)
    .innerJoin(organisation, eq(organisation.id, membership.organisationId))
    .where(eq(membership.userId, userId))
    .orderBy(asc(organisation.kind), asc(organisation.name));
}

/** Colleagues whose names contain the words. */
export async function findColleagues(tx: Transaction, q: string) {
  const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await tx.execute<{ id: string; name: string; organisation: string }>(
    sql`select id, name, organisation from access.colleagues_like(${pattern}) order by name, id limit 20`,
  );
  return rows;
}

/** The names of those among these people whom the person at work knows, by their ids. */
export async function namesOf(
  tx: Transaction,
  ids: Iterable<string>,
): Promise<Map<string, string>> {
  const rows = await tx
    .select()
    .from(person)
    .where(inArray(person.id, [...new Set(ids)]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Whether the person who asks administers a trust, or a school that belongs to none. */
export async function isAdministrator(tx: Transaction): Promise<boolean> {
  const { rows } = await tx.execute<{ yes: boolean }>(sql`select access.is_administrator() as yes`);
  return rows[0]?.yes === true;
}
