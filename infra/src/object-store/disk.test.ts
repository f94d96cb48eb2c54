import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeObjectStore } from './contract.ts';
import { openDiskStore } from './disk.ts';

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
});
