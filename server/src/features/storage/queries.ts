import type { Database, Transaction } from '@second-look/infra/database';
import { sql } from 'drizzle-orm';

/** Bytes that the recordings of the person at work take. */
export async function storedByMe(tx: Transaction): Promise<number> {
  const { rows } = await tx.execute<{ bytes: string }>(sql`select access.stored_by_me() as bytes`);
  return Number(rows[0]?.bytes ?? 0);
}

/** Bytes that the recordings of everybody take, at each school of the person at work. */
export async function storedInMySchools(tx: Transaction): Promise<number[]> {
  const { rows } = await tx.execute<{ bytes: string }>(
    sql`select used_bytes as bytes from access.stored_in_my_schools()`,
  );
  return rows.map(({ bytes }) => Number(bytes));
}

/**
 * Until this transaction ends, nobody else may begin an upload that counts for this person or one of
 * their schools. Always in the same order, so that two never wait for each other.
 */
export async function holdStorage(tx: Transaction, userId: string) {
  await tx.execute(sql`
    select pg_advisory_xact_lock(hashtextextended('storage ' || holder.id, 0))
    from (
      select ${userId}::text as id
      union
      select organisation_id::text from membership where user_id = ${userId}
      order by id) holder`);
}

export interface StorageInAll {
  usedBytes: number;
  /** Schools and people that use so much of their quota that they have to be told. */
  schoolsNearlyFull: number;
  peopleNearlyFull: number;
}

/** All there is, counting those at and above these bytes; none where there is no such limit. */
export async function storedInAll(
  { plain }: Database,
  limits: { schoolBytes: number | null; personBytes: number | null },
): Promise<StorageInAll> {
  const { rows } = await plain.execute<Record<'used' | 'schools' | 'people', string>>(sql`
    select used_bytes as used, schools_above as schools, people_above as people
    from access.storage_in_all(${limits.schoolBytes}::bigint, ${limits.personBytes}::bigint)`);
  const [row] = rows;
  return {
    usedBytes: Number(row?.used ?? 0),
    schoolsNearlyFull: Number(row?.schools ?? 0),
    peopleNearlyFull: Number(row?.people ?? 0),
  };
}

/** An administrator's schools; what fewer than five people use is not told, nor how many they are (`null`). */
export async function storedInSchools(tx: Transaction, personBytes: number | null) {
  const { rows } = await tx.execute<
    Record<'name' | 'people', string> & Record<'used' | 'above', string | null>
  >(sql`
    select name, used_bytes as used, people, people_above as above
    from access.storage_of_schools(${personBytes}::bigint)`);
  return rows.map(({ name, used, people, above }) => ({
    name,
    usedBytes: used === null ? null : Number(used),
    people: Number(people),
    peopleNearlyFull: above === null ? null : Number(above),
  }));
}
