import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectMissing, type ObjectStore } from './index.ts';

/** What every store does, whatever is behind it. */
export function describeObjectStore(
  name: string,
  open: () => Promise<{
    store: ObjectStore;
    makeFile(bytes: Uint8Array): Promise<string>;
    close(): Promise<void>;
  }>,
) {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: ObjectStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    const read = async (key: string, range?: { start: number; end: number }) =>
      buffer(await store.read(key, range));
    const bytes = randomBytes(200_000);

    it('gives back what was put in, and replaces it whole', async () => {
      await store.put('put/one', bytes);
      expect((await read('put/one')).equals(bytes)).toBe(true);
      expect(await store.size('put/one')).toBe(bytes.length);
      await store.put('put/one', Readable.from([Buffer.from('less')]));
      expect((await read('put/one')).toString()).toBe('less');
      await store.put('put/empty', new Uint8Array());
      expect(await store.size('put/empty')).toBe(0);
    });

    it('takes a file in, and takes it away from where it was', async () => {
      await store.putFile('put/file', await opened.makeFile(bytes));
      expect((await read('put/file')).equals(bytes)).toBe(true);
    });

    it('reads a range, both ends inclusive', async () => {
      await store.put('range', Buffer.from('0123456789'));
      expect((await read('range', { start: 0, end: 0 })).toString()).toBe('0');
      expect((await read('range', { start: 3, end: 6 })).toString()).toBe('3456');
      expect((await read('range', { start: 9, end: 9 })).toString()).toBe('9');
    });

    it('says what is not there', async () => {
      expect(await store.size('nothing/here')).toBeNull();
      await expect(store.read('nothing/here')).rejects.toThrow(ObjectMissing);
      await store.delete('nothing/here');
      await store.deleteAll('nothing/');
    });

    it('shows nothing of what broke off', async () => {
      const breaking = async function* () {
        yield bytes;
        throw new Error('The connection broke.');
      };
      await expect(store.put('broken', Readable.from(breaking()))).rejects.toThrow('broke');
      expect(await store.size('broken')).toBeNull();
      await store.put('kept', bytes);
      await expect(store.put('kept', Readable.from(breaking()))).rejects.toThrow('broke');
      expect((await read('kept')).equals(bytes)).toBe(true);
    });

    it('appends, and tells how far it is when a body breaks off', async () => {
      const said: number[] = [];
      const tell = async (stored: number) => void said.push(stored);
      const breaking = async function* () {
        yield bytes.subarray(0, 70_000);
        yield bytes.subarray(70_000, 90_000);
        throw new Error('The connection broke.');
      };
      const first = store.append('grows', 0, Readable.from(breaking()), tell);
      await expect(first).rejects.toThrow('broke');
      const reached = said.at(-1) ?? 0;
      expect(reached).toBeLessThanOrEqual(90_000);
      await store.append('grows', reached, Readable.from([bytes.subarray(reached)]), tell);
      expect(said.at(-1)).toBe(bytes.length - reached);
      expect((await read('grows')).equals(bytes)).toBe(true);
    });

    it('cuts away what an append left that nobody was told of', async () => {
      await store.append('cut', 0, Readable.from([Buffer.from('0123456789')]), async () => {});
      await store.append('cut', 4, Readable.from([Buffer.from('ab')]), async () => {});
      expect((await read('cut')).toString()).toBe('0123ab');
    });

    it('never fills a gap with nothing', async () => {
      await store.append('gap', 0, Readable.from([Buffer.from('0123')]), async () => {});
      const late = store.append('gap', 5, Readable.from([Buffer.from('5')]), async () => {});
      await expect(late).rejects.toThrow(ObjectMissing);
      expect((await read('gap')).toString()).toBe('0123');
    });

    it('passes on what the listener throws', async () => {
      const refuse = async () => {
        throw new Error('The lease was lost.');
      };
      const append = store.append('refused', 0, Readable.from([bytes]), refuse);
      await expect(append).rejects.toThrow('lease');
    });

    it('tells of long appends on the way', async () => {
      const said: number[] = [];
      const part = Buffer.alloc(1024 * 1024);
      const body = Readable.from(
        (function* () {
          for (let index = 0; index < 40; index += 1) yield part;
        })(),
      );
      await store.append('long', 0, body, async (stored) => void said.push(stored));
      expect(said.length).toBeGreaterThan(1);
      expect(said).toEqual(said.toSorted((a, b) => a - b));
      expect(said.at(-1)).toBe(40 * part.length);
    });

    it('deletes one, or all below a prefix', async () => {
      for (const key of ['a/1/x', 'a/1/y/z', 'a/10/x', 'a/2/x']) await store.put(key, bytes);
      await store.deleteAll('a/1/');
      await store.delete('a/2/x');
      const sizes = await Promise.all(['a/1/x', 'a/1/y/z', 'a/10/x', 'a/2/x'].map(store.size));
      expect(sizes).toEqual([null, null, bytes.length, null]);
    });

    it.each([
      '',
      '/',
      '../x',
      'a/../x',
      'a//b',
      '/etc/passwd',
      'a/./b',
      '.hidden',
      'a\0b',
      'a b',
      'ä',
    ])('refuses a key that is none: %j', async (key) => {
      await expect((async () => store.put(key, bytes))()).rejects.toThrow('No key');
      await expect((async () => store.read(key))()).rejects.toThrow('No key');
      await expect((async () => store.size(key))()).rejects.toThrow('No key');
      await expect((async () => store.delete(key))()).rejects.toThrow('No key');
      await expect((async () => store.deleteAll(`${key}/`))()).rejects.toThrow('No key');
    });

    it('says that it works', async () => {
      await store.check();
      const free = await store.freeBytes();
      expect(free === null || free > 0).toBe(true);
    });
  });
}
