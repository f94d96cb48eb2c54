import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { externalReferenceMovie } from '../../../tests/media/crafted.ts';
import { type FixtureName, fixture, hostilePlaylists } from '../../../tests/media/fixtures.ts';
import { inspectFilm, planWhole, transcode } from '../../../tests/media/whole-film.ts';
import { inspect, type MediaTools, poster } from '../media/index.ts';
import { probe } from '../media/probe.ts';
import { openSource, type SourceReader } from './source-reader.ts';

const bytes = randomBytes(300_000);
const impatient = { tries: 3, firstPauseMs: 1, stallMs: 200 };
let tools: MediaTools;
let folder: string;
let disk: ObjectStore;
/** The same bytes, as from a store that is no folder of this machine. */
let distant: ObjectStore;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-reader-'));
  disk = await openDiskStore(join(folder, 'objects'));
  distant = { ...disk, localPath: () => null };
  await disk.put('noise', bytes);
  await disk.put('another', Buffer.from('another object'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function reading<T>(
  store: ObjectStore,
  key: string,
  use: (reader: SourceReader & { source: URL }) => Promise<T>,
): Promise<T> {
  const reader = await openSource(store, key, impatient);
  try {
    if (!(reader.source instanceof URL)) throw new Error('It is read as a file.');
    return await use({ ...reader, source: reader.source });
  } finally {
    reader.close();
  }
}

/** A store whose every stream goes wrong after so many bytes. */
function breaking(afterBytes: number, ending: 'error' | 'end' | 'stall'): ObjectStore {
  return {
    ...distant,
    read: async (key, range) => {
      const whole = await buffer(await disk.read(key, range));
      const stream = new Readable({ read: () => {} });
      if (afterBytes > 0) stream.push(whole.subarray(0, afterBytes));
      if (whole.length <= afterBytes || ending === 'end') stream.push(null);
      else if (ending === 'error') {
        setTimeout(() => stream.destroy(new Error('The connection broke.')), 20);
      }
      return stream;
    },
  };
}

const ask = async (address: URL, range?: string, method = 'GET') => {
  const answer = await fetch(address, { method, headers: range ? { range } : {} });
  return { answer, body: Buffer.from(await answer.arrayBuffer()) };
};

describe('a source reader', () => {
  it('is the file itself where the store has one', async () => {
    const { source, broken, close } = await openSource(disk, 'noise');
    expect(await readFile(source)).toEqual(bytes);
    close();
    expect(broken.aborted).toBe(false);
  });

  it('gives the whole, and ranges of it', () =>
    reading(distant, 'noise', async ({ source, broken }) => {
      const whole = await ask(source);
      expect(whole.answer.status).toBe(200);
      expect(whole.body.equals(bytes)).toBe(true);
      const part = await ask(source, 'bytes=1000-1999');
      expect(part.answer.status).toBe(206);
      expect(part.answer.headers.get('content-range')).toBe('bytes 1000-1999/300000');
      expect(part.body.equals(bytes.subarray(1000, 2000))).toBe(true);
      expect((await ask(source, 'bytes=299990-')).body.equals(bytes.subarray(-10))).toBe(true);
      const beyond = await ask(source, 'bytes=300000-');
      expect(beyond.answer.status).toBe(416);
      expect(beyond.answer.headers.get('content-range')).toBe('bytes */300000');
      const head = await ask(source, undefined, 'HEAD');
      expect([head.answer.status, head.body.length]).toEqual([200, 0]);
      expect(head.answer.headers.get('content-length')).toBe('300000');
      expect(broken.aborted).toBe(false);
    }));

  it('answers nothing else, and nobody who does not know its name', () =>
    reading(distant, 'noise', async ({ source }) => {
      const { origin, pathname } = source;
      expect(pathname.length).toBeGreaterThan(40);
      for (const path of ['/', '/noise', '/another', `${pathname}/`, `${pathname}?x`, '/../..']) {
        expect([path, (await ask(new URL(`${origin}${path}`))).answer.status]).toEqual([path, 404]);
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        expect((await ask(source, undefined, method)).answer.status).toBe(404);
      }
      await reading(distant, 'another', async ({ source: other }) => {
        expect(other.pathname).not.toBe(pathname);
        expect((await ask(new URL(other.pathname, origin))).answer.status).toBe(404);
      });
    }));

  it('ends when it is closed, in the middle of an answer too', async () => {
    const { source, broken, close } = await openSource(breaking(1000, 'stall'), 'noise');
    const answer = await fetch(source);
    close();
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await expect(fetch(source)).rejects.toThrow();
    expect(broken.aborted).toBe(false);
  });

  it('says what is not there', async () => {
    await expect(openSource(distant, 'nothing')).rejects.toThrow(ObjectMissing);
  });

  it.each(['error', 'end', 'stall'] as const)('goes on where the store broke off: %s', (ending) =>
    reading(breaking(70_000, ending), 'noise', async ({ source, broken }) => {
      expect((await ask(source)).body.equals(bytes)).toBe(true);
      const part = await ask(source, 'bytes=5-250000');
      expect(part.body.equals(bytes.subarray(5, 250_001))).toBe(true);
      expect(broken.aborted).toBe(false);
    }),
  );

  it('gives up in the end, and says that the answer was cut off', () =>
    reading(breaking(0, 'error'), 'noise', async ({ source, broken }) => {
      await expect(ask(source)).rejects.toThrow();
      expect(broken.reason).toMatchObject({ message: 'The connection broke.' });
    }));

  it('takes no offence where ffmpeg hangs up', () =>
    reading(distant, 'noise', async ({ source, broken }) => {
      const hangingUp = new AbortController();
      const answer = await fetch(source, { signal: hangingUp.signal });
      await answer.body?.getReader().read();
      hangingUp.abort();
      expect((await ask(source)).body.equals(bytes)).toBe(true);
      expect(broken.aborted).toBe(false);
    }));
});

describe('a film through the reader', () => {
  async function both(name: FixtureName) {
    const path = await fixture(name, tools.ffmpegPath);
    await disk.put(name, await readFile(path));
    return path;
  }

  it.each([
    'landscape.mp4',
    'portrait.mov',
    'broadcast.ts',
    'camcorder.mts',
    'late-picture.mkv',
    'old.avi',
    'browser.webm',
    'cut-off.mp4',
  ] as const)('is what it is as a file: %s', async (name) => {
    const path = await both(name);
    const asFile = await inspectFilm(path, tools);
    await reading(distant, name, async ({ source, broken }) => {
      expect(await inspect(source, tools)).toEqual(asFile);
      expect(broken.aborted).toBe(false);
      if (asFile.needsRemux) return;
      const made = async (from: string | URL) => {
        const target = await mkdtemp(join(folder, 'out-'));
        await poster(from, asFile, 1000, join(target, 'poster.jpg'), tools);
        const { renditions, ...result } = await transcode(from, planWhole(asFile), target, tools);
        const still = await readFile(join(target, 'poster.jpg'));
        return { ...result, still, made: renditions.map(({ filePath, ...rest }) => rest) };
      };
      expect(await made(source)).toEqual(await made(path));
    });
  });

  it.each([
    ['empty.mp4', 'empty_file'],
    ['page.mp4', 'web_page'],
    ['random.mp4', 'not_a_video'],
    ['no-index.mp4', 'truncated'],
    ['huge.mp4', 'too_large_picture'],
  ] as const)('is refused as it would be as a file: %s, %s', async (name, code) => {
    await both(name);
    await reading(distant, name, async ({ source }) => {
      await expect(inspect(source, tools)).rejects.toMatchObject({ name: 'MediaFailure', code });
    });
  });

  it('is not taken for cut off where the store fails for good', async () => {
    const path = await both('landscape.mp4');
    const facts = await inspectFilm(path, tools);
    let reads = 0;
    const failing = breaking(0, 'error');
    const dying: ObjectStore = {
      ...distant,
      read: (key, range) => (reads++ < 1 ? breaking(100_000, 'error') : failing).read(key, range),
    };
    await reading(dying, 'landscape.mp4', async ({ source, broken }) => {
      const target = await mkdtemp(join(folder, 'out-'));
      const made = transcode(source, planWhole(facts), target, tools, { signal: broken });
      await expect(made).rejects.toThrow('The connection broke.');
    });
  });
});

describe('a hostile file through the reader', () => {
  it('opens nothing that it names, over the network or beside it', async () => {
    const asked: string[] = [];
    const listener = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('secret');
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    try {
      const { port } = listener.address() as AddressInfo;
      const film = await fixture('silent.mp4', tools.ffmpegPath);
      const elsewhere = externalReferenceMovie(await readFile(film), film);
      const files = {
        ...hostilePlaylists(`http://127.0.0.1:${port}`),
        'elsewhere.mov': elsewhere,
        'address.mov': externalReferenceMovie(
          await readFile(film),
          `http://127.0.0.1:${port}/film.mp4`,
        ),
      };
      for (const [name, content] of Object.entries(files)) {
        await disk.put(`hostile/${name}`, Buffer.from(content));
        await reading(distant, `hostile/${name}`, async ({ source }) => {
          const code = name.endsWith('.mov') ? 'damaged' : 'playlist';
          await expect(inspect(source, tools), name).rejects.toMatchObject({ code });
          // What ffprobe does by itself, without the look at the first bytes.
          const probed = await probe(source, tools).catch(() => undefined);
          expect(probed?.streams?.filter((stream) => stream.pix_fmt) ?? [], name).toEqual([]);
        });
      }
    } finally {
      listener.close();
    }
    expect(asked).toEqual([]);
  });
});
