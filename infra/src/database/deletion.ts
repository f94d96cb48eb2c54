/**
 * Deleting objects and copying them into a backup exclude one another: an object that the backup's rows name
 * has to be there still when its turn comes. A backup holds this lock alone, those who delete share it.
 */
export const deletionLock = 'second_look deletion';

/**
 * Whether objects that rows may have named can be deleted now. Until the transaction ends no backup begins;
 * where the answer is no, leave the deletion to a later time.
 */
export async function mayDeleteObjects(tx: {
  execute(query: string): Promise<{ rows: Record<string, unknown>[] }>;
}): Promise<boolean> {
  const { rows } = await tx.execute(
    `select pg_try_advisory_xact_lock_shared(hashtext('${deletionLock}')) as granted`,
  );
  return rows[0]?.granted === true;
}
