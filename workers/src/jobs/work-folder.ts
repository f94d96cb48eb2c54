import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder that a killed worker left is cleared away after so long without a sign of life. */
export const leftoverMs = 10 * 60_000;

const atWork = new Set<string>();

/** Runs a job with a folder of its own, made for it and gone when it ends; until then it shows life. */
export async function insideFolder(folder: string, job: () => Promise<void>): Promise<void> {
  atWork.add(folder);
  const signsOfLife = setInterval(() => showLife(folder), leftoverMs / 10);
  try {
    await mkdir(folder, { recursive: true });
    await job();
  } finally {
    clearInterval(signsOfLife);
    await rm(folder, { recursive: true, force: true });
    atWork.delete(folder);
  }
}

function showLife(folder: string) {
  const now = new Date();
  utimes(folder, now, now).catch(() => {});
}

/** When a folder was first seen with its present sign of life, by this process's own clock. */
const seen = new Map<string, { mtimeMs: number; sinceMs: number }>();

/**
 * Removes the folders that have shown no life while this process watched, for `leftoverMs`. How old the
 * sign is says nothing: a laptop that slept for an hour wakes with an hour-old one in every folder.
 * @param nowMs a clock that runs evenly, and stands still where the machine sleeps
 */
export async function clearLeftovers(workDir: string, nowMs = performance.now()): Promise<void> {
  const paths = (await readdir(workDir)).map((name) => join(workDir, name));
  for (const path of paths) {
    if (atWork.has(path)) continue;
    const found = await stat(path).catch(() => undefined);
    if (!found) continue;
    const earlier = seen.get(path);
    if (earlier?.mtimeMs !== found.mtimeMs) {
      seen.set(path, { mtimeMs: found.mtimeMs, sinceMs: nowMs });
    } else if (nowMs - earlier.sinceMs >= leftoverMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
  for (const path of seen.keys()) {
    if (atWork.has(path) || !paths.includes(path)) seen.delete(path);
  }
}

/** Makes a folder in another, where it is not there yet. */
export async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  return path;
}
