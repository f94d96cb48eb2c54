import { open, statfs } from 'node:fs/promises';

export interface DiskSpace {
  /** Bytes that this process may still write. */
  freeBytes: number;
  /** Bytes in all, without what the system keeps for itself. */
  totalBytes: number;
}

/** From this share on, a disk or an allowance is nearly used up, and those who can do something are told. */
export const nearlyFull = 0.8;

/** The room on the disk that `folder` lies on, or `null` where there is no such folder. */
export async function diskSpace(folder: string): Promise<DiskSpace | null> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: (blocks - bfree + bavail) * bsize };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes down what is in a folder: a file's new name is otherwise lost where the power fails right after. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
