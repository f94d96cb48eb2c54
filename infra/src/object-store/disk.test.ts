import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeObjectStore } from './contract.ts';
import { openDiskStore } from './disk.ts';
import { StoreFull } from './index.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'second-look-store-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describeObjectStore('a store on disk', async () => ({
  store: await openDiskStore(join(home, 'contract')),
  makeFile: async (bytes) => {
    const path = join(home, 'file');
    await writeFile(path, bytes);
    return path;
  },
  plant: async (name) => {
    const path = join(home, 'contract', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'planted');
  },
  close: async () => {},
}));

describe('a store on disk', () => {
  it('leaves nothing unfinished behind', async () => {
    const store = await openDiskStore(join(home, 'tidy'));
    await store.put('folder/whole', Buffer.from('bytes'));
    await writeFile(join(home, 'moved'), 'moved');
    await store.putFile('folder/moved', join(home, 'moved'));
    expect((await readdir(join(home, 'tidy', 'folder'))).sort()).toEqual(['moved', 'whole']);
    expect(await readFile(store.localPath('folder/moved') ?? '', 'utf8')).toBe('moved');
    await expect(readFile(join(home, 'moved'))).rejects.toThrow('ENOENT');
  });

  it('says so where the disk is full', async (context) => {
    const small = join(home, 'small');
    await mkdir(small);
    const mount = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small];
    if (process.getuid?.() !== 0 || spawnSync('mount', mount).status !== 0)
      return context.skip('needs the right to mount a small disk');
    try {
      const store = await openDiskStore(small);
      const body = Readable.from([Buffer.alloc(2_000_000)]);
      const growing = store.append('lesson', { sizeBytes: 0 }, body, async () => {});
      await expect(growing).rejects.toThrow(StoreFull);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});
