import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Growth, ObjectMissing, type ObjectStore } from './index.ts';

const nothing: Growth = { sizeBytes: 0 };

function* inChunks(bytes: Uint8Array, chunkBytes: number) {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes);
  }
}

/** What every store does, whatever is behind it. */
export function describeObjectStore(
  name: string,
  open: () => Promise<{
    store: ObjectStore;
    makeFile(bytes: Uint8Array): Promise<string>;
    /** Puts something under a name that is no key, past the store. */
    plant(name: string): Promise<void>;
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

    /** What is read piece by piece, each looked at before the next is asked for. */
    const through = async (key: string) => {
      const copies: Uint8Array[] = [];
      for await (const piece of store.pieces(key)) copies.push(Buffer.from(piece));
      return Buffer.concat(copies);
    };

    it('goes through an object piece by piece, and puts what comes so', async () => {
      const large = randomBytes(18 * 1024 * 1024 + 3);
      for (const [key, body] of Object.entries({ large, bytes, empty: new Uint8Array() })) {
        await store.put(`pieces/${key}`, body);
        expect((await through(`pieces/${key}`)).equals(body), key).toBe(true);
        // The memory of one piece is that of the next.
        await store.put(`pieces/${key}-again`, store.pieces(`pieces/${key}`));
        expect((await read(`pieces/${key}-again`)).equals(body), key).toBe(true);
      }
      for await (const piece of store.pieces('pieces/large')) {
        expect(large.subarray(0, piece.length).equals(piece)).toBe(true);
        break;
      }
    });

    it('says what is not there', async () => {
      expect(await store.size('nothing/here')).toBeNull();
      await expect(store.read('nothing/here')).rejects.toThrow(ObjectMissing);
      await expect(through('nothing/here')).rejects.toThrow(ObjectMissing);
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

    /** Lets an object grow by one body. @returns all that was told */
    const grow = async (key: string, growth: Growth, body: Iterable<Uint8Array> | Readable) => {
      const told: Growth[] = [];
      const from = body instanceof Readable ? body : Readable.from(body);
      const broke = await store
        .append(key, growth, from, async (growth) => void told.push(growth))
        .then(
          () => null,
          (error: Error) => error,
        );
      // As whoever keeps it does: as JSON.
      const last: Growth = JSON.parse(JSON.stringify(told.at(-1) ?? growth));
      return { told: told.map(({ sizeBytes }) => sizeBytes), last, broke };
    };

    it('lets grow, and tells how far it is when a body breaks off', async () => {
      const breaking = async function* () {
        yield bytes.subarray(0, 70_000);
        yield bytes.subarray(70_000, 90_000);
        throw new Error('The connection broke.');
      };
      const first = await grow('grows', nothing, Readable.from(breaking()));
      expect(first.broke?.message).toContain('broke');
      const reached = first.last.sizeBytes;
      expect(reached).toBeLessThanOrEqual(90_000);
      const { last } = await grow('grows', first.last, [bytes.subarray(reached)]);
      expect(last.sizeBytes).toBe(bytes.length);
      await store.complete('grows', last);
      await store.complete('grows', last);
      expect((await read('grows')).equals(bytes)).toBe(true);
    });

    it('cuts away what an append left that nobody was told of', async () => {
      const { last } = await grow('cut', nothing, [Buffer.from('0123')]);
      const refuse = async () => {
        throw new Error('The lease was lost.');
      };
      const late = store.append('cut', last, Readable.from([Buffer.from('456789')]), refuse);
      await expect(late).rejects.toThrow('lease');
      const again = await grow('cut', last, [Buffer.from('ab')]);
      await store.complete('cut', again.last);
      expect((await read('cut')).toString()).toBe('0123ab');
    });

    it('completes what never had a byte', async () => {
      await store.complete('none', nothing);
      expect((await read('none')).length).toBe(0);
    });

    it('never fills a gap with nothing', async () => {
      const { last } = await grow('gap', nothing, [Buffer.from('0123')]);
      await store.abandon('gap', last);
      await store.abandon('gap', last);
      expect((await grow('gap', last, [Buffer.from('5')])).broke).toBeInstanceOf(ObjectMissing);
      await expect(store.complete('gap', last)).rejects.toThrow(ObjectMissing);
      expect(await store.size('gap')).toBeNull();
    });

    const listed = async (prefix: string) => {
      const all: { key: string; sizeBytes: number }[] = [];
      for await (const { key, sizeBytes } of store.list(prefix)) all.push({ key, sizeBytes });
      return all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    };

    it('takes large ones in pieces, and tells on the way how far it is', async () => {
      const large = randomBytes(37 * 1024 * 1024 + 5);
      // Where they break off is nobody's choice: inside a part, at its very end, one byte behind it.
      const breaks = [3, 7 * 1024 * 1024, 16 * 1024 * 1024, 33 * 1024 * 1024 + 1, large.length];
      let growth: Growth = nothing;
      const told: number[] = [];
      for (const end of breaks) {
        const piece = large.subarray(growth.sizeBytes, end);
        const grown = await grow('large', growth, inChunks(piece, 70_001));
        expect(grown.last.sizeBytes).toBe(end);
        told.push(...grown.told);
        growth = grown.last;
      }
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      const inOne = await grow('large-in-one', nothing, inChunks(large, 999_983));
      expect(inOne.told.length).toBeGreaterThan(1);
      for (const [key, grown] of [
        ['large', growth],
        ['large-in-one', inOne.last],
      ] as const) {
        await store.complete(key, grown);
        await store.complete(key, grown);
        expect(await store.size(key)).toBe(large.length);
        expect((await read(key)).equals(large)).toBe(true);
      }
      await store.put('large-put', Readable.from(inChunks(large, 1_000_003)));
      expect((await read('large-put')).equals(large)).toBe(true);
      const range = { start: 16 * 1024 * 1024 - 1, end: 33 * 1024 * 1024 };
      const middle = await read('large-put', range);
      expect(middle.equals(large.subarray(range.start, range.end + 1))).toBe(true);
    });

    it('leaves nothing of a large one that is given up', async () => {
      const large = Buffer.alloc(20 * 1024 * 1024, 'x');
      const { last } = await grow('given-up', nothing, [large]);
      await store.abandon('given-up', last);
      expect(await store.size('given-up')).toBeNull();
      expect((await grow('given-up', last, [large])).broke).toBeInstanceOf(ObjectMissing);
      await expect(store.complete('given-up', last)).rejects.toThrow(ObjectMissing);
    });

    it('lists what begins alike, wherever the folders are', async () => {
      for (const key of ['list/a/1', 'list/a/2/x', 'list/ab', 'list/b'])
        await store.put(key, Buffer.from(key));
      const sized = (...keys: string[]) => keys.map((key) => ({ key, sizeBytes: key.length }));
      expect(await listed('list/a')).toEqual(sized('list/a/1', 'list/a/2/x', 'list/ab'));
      expect(await listed('list/a/')).toEqual(sized('list/a/1', 'list/a/2/x'));
      expect(await listed('list/b')).toEqual(sized('list/b'));
      expect(await listed('list/c/')).toEqual([]);
      expect(await listed('')).toEqual(expect.arrayContaining(sized('list/a/1', 'list/b')));
    });

    it('passes over what has a name that is no key', async () => {
      await store.put('planted/ours', bytes);
      for (const name of ['planted/a b.txt', 'planted/.hidden', 'lost+found/x', 'planted/.x.part'])
        await opened.plant(name);
      const keys = (await listed('')).map(({ key }) => key);
      expect(keys).toContain('planted/ours');
      expect(keys.filter((key) => /planted.*[ .]|lost/.test(key))).toEqual([]);
      for await (const { key } of store.listUnfinished()) expect(key).not.toContain('planted');
      await store.deleteMany((await listed('planted/')).map(({ key }) => key));
      expect(await listed('planted/')).toEqual([]);
    });

    it('tells apart what is only partly written', async () => {
      const reached = Promise.withResolvers<void>();
      const body = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          await reached.promise;
        })(),
      );
      const remains = async () => {
        const keys: string[] = [];
        for await (const { key } of store.listUnfinished()) keys.push(key);
        return keys.filter((key) => key.startsWith('remains/'));
      };
      const { last } = await grow('remains/grown', nothing, [Buffer.from('half')]);
      const putting = store.put('remains/put', body);
      // Of what is being put S3 shows nothing, of what grows a disk shows nothing.
      while ((await remains()).length === 0) await sleep(10);
      expect((await listed('remains/')).map(({ key }) => key)).not.toContain('remains/put');
      for (const key of await remains()) expect(key).toMatch(/^remains\/(put|grown)\../);
      reached.resolve();
      await putting;
      await store.complete('remains/grown', last);
      expect(await remains()).toEqual([]);
    });

    it('says when each was put', async () => {
      // Stores tell whole seconds.
      const before = Date.now() - 1_000;
      await store.put('when', bytes);
      for await (const { changedAt } of store.list('when')) {
        expect(changedAt.getTime()).toBeGreaterThanOrEqual(before);
        expect(changedAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
      }
    });

    it('lists and deletes more than a thousand', async () => {
      const keys = Array.from({ length: 1_203 }, (_, index) => `many/${index}`);
      for (let done = 0; done < keys.length; done += 100) {
        const some = keys.slice(done, done + 100);
        await Promise.all(some.map((key) => store.put(key, new Uint8Array())));
      }
      expect((await listed('many/')).map(({ key }) => key)).toEqual(keys.toSorted());
      await store.deleteMany([...keys.slice(3), 'many/never-there']);
      expect((await listed('many/')).map(({ key }) => key)).toEqual(keys.slice(0, 3));
      await store.deleteMany([]);
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
      await expect((async () => through(key))()).rejects.toThrow('No key');
      await expect((async () => store.size(key))()).rejects.toThrow('No key');
      await expect((async () => store.delete(key))()).rejects.toThrow('No key');
      await expect((async () => store.deleteMany([key]))()).rejects.toThrow('No key');
      await expect((async () => store.deleteAll(`${key}/`))()).rejects.toThrow('No key');
    });

    it('hands out an address for one object and a while, or none', async () => {
      await store.put('shown/one', Buffer.from('0123456789'));
      const address = await store.presign('shown/one', { seconds: 3, contentType: 'video/mp4' });
      if (address === null) return expect(store.localPath('shown/one')).not.toBeNull();
      const answer = await fetch(address, { headers: { range: 'bytes=2-4' } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([206, 'video/mp4']);
      expect(await answer.text()).toBe('234');
      await sleep(4_100);
      expect((await fetch(address)).status).toBe(403);
    });

    it('says that it works', async () => {
      await store.check();
      const free = await store.freeBytes();
      expect(free === null || free > 0).toBe(true);
    });
  });
}
