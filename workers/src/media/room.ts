import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const enoughBytes = 256 * 1024;

/**
 * Asks the machine whether a folder can be written to. ffmpeg's HLS muxer says nothing of a full disk and
 * ends well, so whoever misses its output asks here before blaming the film.
 * @throws the system's error (ENOSPC, EDQUOT, ENOENT, …)
 */
export async function insistOnRoom(folder: string): Promise<void> {
  const path = join(folder, 'room');
  try {
    await writeFile(path, Buffer.alloc(enoughBytes), { flush: true });
  } finally {
    await rm(path, { force: true });
  }
}
