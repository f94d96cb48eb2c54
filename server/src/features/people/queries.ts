import type { Transaction } from '@second-look/infra/database';
import { membership, organisation, person } from '@second-look/migrations/schema';
import { and, asc, eq, ilike, min, ne } from 'drizzle-orm';

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

/** Colleagues by name; where somebody belongs to several organisations, the first by name stands for them. */
export function findColleagues(tx: Transaction, userId: string, q: string) {
  return tx
    .select({ id: person.id, name: person.name, organisation: min(organisation.name) })
    .from(person)
    .innerJoin(membership, eq(membership.userId, person.id))
    .innerJoin(organisation, eq(organisation.id, membership.organisationId))
    .where(and(ne(person.id, userId), ilike(person.name, `%${q.replace(/[\\%_]/g, '\\$&')}%`)))
    .groupBy(person.id, person.name)
    .orderBy(asc(person.name), asc(person.id))
    .limit(20);
}
