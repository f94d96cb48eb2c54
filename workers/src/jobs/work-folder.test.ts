import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearLeftovers, insideFolder, leftoverMs } from './work-folder.ts';

let workDir: string;
beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'second-look-work-'));
});
afterAll(() => rm(workDir, { recursive: true, force: true }));

async function leftover(name: string) {
  const path = join(workDir, name);
  await mkdir(path);
  const showLife = (date: Date) => utimes(path, date, date);
  await showLife(new Date(Date.now() - 60 * leftoverMs));
  return { path, showLife };
}

describe('the folder of a job', () => {
  it('is never taken for left behind in the process that works in it, however old it looks', async () => {
    const path = join(workDir, 'at-work');
    await insideFolder(path, async () => {
      await utimes(path, new Date(0), new Date(0));
      for (const nowMs of [0, leftoverMs, 9 * leftoverMs]) await clearLeftovers(workDir, nowMs);
      expect(await readdir(workDir)).toEqual(['at-work']);
    });
    expect(await readdir(workDir)).toEqual([]);
  });

  it('is gone where the job fails', async () => {
    const failing = insideFolder(join(workDir, 'failing'), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await readdir(workDir)).toEqual([]);
  });
});

describe('a folder of somebody else', () => {
  it('is cleared away once it was watched without a sign of life', async () => {
    await leftover('dead');
    await clearLeftovers(workDir, 0);
    await clearLeftovers(workDir, leftoverMs - 1);
    expect(await readdir(workDir), 'the machine may have slept').toEqual(['dead']);
    await clearLeftovers(workDir, leftoverMs);
    expect(await readdir(workDir)).toEqual([]);
  });

  it('stays as long as it shows life', async () => {
    const { showLife } = await leftover('alive');
    for (const round of [1, 2, 3]) {
      await showLife(new Date(round));
      await clearLeftovers(workDir, round * leftoverMs);
    }
    expect(await readdir(workDir)).toEqual(['alive']);
  });
});
