import type { Config } from '@second-look/infra/config';
import type { Transaction } from '@second-look/infra/database';
import { nearlyFull } from '@second-look/infra/disk';
import { holdStorage, storedByMe, storedInMySchools } from './queries.ts';

export type Quotas = Pick<Config, 'quotaPersonBytes' | 'quotaSchoolBytes'>;

/**
 * Whether the person at work may add a file of so many bytes, to what they and each of their schools keep.
 * Where it is so, it stays so until the transaction ends: what it writes in the `upload` table then counts.
 */
export async function hasRoom(
  tx: Transaction,
  userId: string,
  sizeBytes: number,
  { quotaPersonBytes, quotaSchoolBytes }: Quotas,
): Promise<boolean> {
  if (quotaPersonBytes === undefined && quotaSchoolBytes === undefined) return true;
  await holdStorage(tx, userId);
  if (quotaPersonBytes !== undefined && (await storedByMe(tx)) + sizeBytes > quotaPersonBytes) {
    return false;
  }
  if (quotaSchoolBytes === undefined) return true;
  const schools = await storedInMySchools(tx);
  return schools.every((usedBytes) => usedBytes + sizeBytes <= quotaSchoolBytes);
}

/** From how many bytes on a quota is nearly used up; `null` where there is none. */
export function warningBytes(quotaBytes: number | undefined): number | null {
  return quotaBytes === undefined ? null : Math.ceil(quotaBytes * nearlyFull);
}
