import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  copyFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { flushFolder } from '../disk/index.ts';
import { type Growth, ObjectMissing, type ObjectStore, StoreFull } from './index.ts';
import { checkFolder, checkKey, checkPrefix, isKey } from './keys.ts';

const partEnding = '.part';

/** Objects as files under `root`. A file appears under its key only when it is whole, by a rename. */
export async function openDiskStore(root: string): Promise<ObjectStore> {
  await mkdir(root, { recursive: true });
  const pathOf = (key: string) => join(root, checkKey(key));
  const unfinished = (path: string) => `${path}.${randomUUID()}${partEnding}`;

  return {
    put: orFull(async (key, body) => {
      const path = pathOf(key);
      const part = unfinished(path);
      const made = await makeFolder(path);
      try {
        await writeFlushed(part, body instanceof Uint8Array ? [body] : body);
        await rename(part, path);
        await flushName(path, made);
      } finally {
        await rm(part, { force: true });
      }
    }),
    putFile: orFull(async (key, file) => {
      const path = pathOf(key);
      const made = await makeFolder(path);
      await sync(file);
      try {
        await rename(file, path);
      } catch (error) {
        if (!isCode(error, 'EXDEV')) throw error;
        const part = unfinished(path);
        await copyFile(file, part);
        await sync(part);
        await rename(part, path);
        await rm(file);
      }
      await flushName(path, made);
    }),
    append: orFull((key, growth, body, onStored) => append(pathOf(key), growth, body, onStored)),
    complete: async (key, { sizeBytes }) => {
      // An empty object has had no first byte to begin with.
      await append(pathOf(key), { sizeBytes }, Readable.from([]), async () => {});
    },
    abandon: (key) => rm(pathOf(key), { force: true }),
    read: async (key, range) => {
      const file = await openObject(pathOf(key), key);
      return file.createReadStream(range && { start: range.start, end: range.end });
    },
    pieces: (key) => pieces(pathOf(key), key),
    size: async (key) => {
      try {
        return (await stat(pathOf(key))).size;
      } catch (error) {
        if (isCode(error, 'ENOENT')) return null;
        throw error;
      }
    },
    delete: (key) => rm(pathOf(key), { force: true }),
    list: (prefix) => list(root, checkPrefix(prefix), (path) => !path.endsWith(partEnding)),
    listUnfinished: () => list(root, '', (path) => path.endsWith(partEnding)),
    deleteMany: async (keys) => {
      for (const path of keys.map(pathOf)) await rm(path, { force: true });
    },
    deleteAll: (prefix) => rm(join(root, checkFolder(prefix)), { recursive: true, force: true }),
    presign: async () => null,
    localPath: pathOf,
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
    check: () => access(root, constants.R_OK | constants.W_OK),
  };
}

async function openObject(path: string, key: string): Promise<FileHandle> {
  return open(path).catch((error) => {
    throw isCode(error, 'ENOENT') ? new ObjectMissing(key) : error;
  });
}

const batchBytes = 1024 * 1024;

/** Into one buffer, again and again: new ones of 64 KiB, as a stream reads, cost twice the processor. */
async function* pieces(path: string, key: string): AsyncGenerator<Uint8Array> {
  const file = await openObject(path, key);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafeSlow(Math.min(size + 1, batchBytes));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function writeFlushed(path: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const file = await open(path, 'wx');
  try {
    let written = 0;
    for await (const piece of body) {
      await writeAll(file, [piece], written);
      written += piece.length;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

const checkpointBytes = 16 * batchBytes;

async function append(
  path: string,
  { sizeBytes: offset }: Growth,
  body: Readable,
  onStored: (growth: Growth) => Promise<void>,
): Promise<void> {
  const made = await makeFolder(path);
  const file = await open(path, constants.O_RDWR | (offset === 0 ? constants.O_CREAT : 0)).catch(
    (error) => {
      throw isCode(error, 'ENOENT') ? new ObjectMissing(path) : error;
    },
  );
  try {
    // Filling a gap with zeros would pass for the lesson.
    if ((await file.stat()).size < offset) throw new ObjectMissing(`${path} from byte ${offset}`);
    await file.truncate(offset);
    if (offset === 0) await flushName(path, made);
    const tail = openTail(file, offset, onStored);
    try {
      await pipeline(body, tail.sink);
    } finally {
      await tail.end();
    }
  } finally {
    await file.close();
  }
}

/** Writes and flushes, one of each at a time, while more comes in. */
function openTail(file: FileHandle, offset: number, onStored: (growth: Growth) => Promise<void>) {
  let written = 0;
  let flushed = 0;
  let writing = Promise.resolve();
  let flushing = Promise.resolve();

  const flush = async () => {
    await flushing;
    const reached = written;
    if (reached === flushed) return;
    flushed = reached;
    flushing = file.datasync().then(() => onStored({ sizeBytes: offset + reached }));
    // Whoever waits for it next hears of its failure.
    flushing.catch(() => {});
  };
  const write = async (parts: Uint8Array[]) => {
    await writeAll(file, parts, offset + written);
    written += sizeOf(parts);
    if (written - flushed >= checkpointBytes) await flush();
  };
  const take = (parts: Uint8Array[], done: (error?: Error | null) => void) => {
    writing = write(parts);
    writing.then(() => done(), done);
  };
  return {
    sink: new Writable({
      highWaterMark: batchBytes,
      write: (chunk, _encoding, done) => take([chunk], done),
      writev: (parts, done) =>
        take(
          parts.map(({ chunk }) => chunk),
          done,
        ),
    }),
    async end() {
      // What kept the last piece from being written, the sink has said.
      await writing.catch(() => {});
      await flush();
      await flushing;
    },
  };
}

function sizeOf(parts: Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

async function writeAll(file: FileHandle, parts: Uint8Array[], position: number) {
  let { bytesWritten: done } = await file.writev(parts, position);
  if (done === sizeOf(parts)) return;
  const whole = Buffer.concat(parts);
  while (done < whole.length) {
    done += (await file.write(whole, done, whole.length - done, position + done)).bytesWritten;
  }
}

/** Walks the folder that `prefix` lies in. */
async function* list(root: string, prefix: string, isWanted: (path: string) => boolean) {
  const folder = join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1));
  for await (const path of filesIn(folder)) {
    const key = relative(root, path);
    if (!key.startsWith(prefix) || !isWanted(path)) continue;
    const found = await stat(path).catch(orNothing);
    if (found) yield { key, sizeBytes: found.size, changedAt: found.mtime };
  }
}

async function* filesIn(folder: string): AsyncIterable<string> {
  for (const entry of (await readdir(folder, { withFileTypes: true }).catch(orNothing)) ?? []) {
    // What somebody else put there, or a file system (lost+found, which only root may open).
    if (!isKey(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}

/** What has gone while somebody looked is not there. */
function orNothing(error: unknown): undefined {
  if (!isCode(error, 'ENOENT')) throw error;
}

/** Makes the folder that a file is to lie in. @returns the uppermost that was not there */
function makeFolder(path: string): Promise<string | undefined> {
  return mkdir(dirname(resolve(path)), { recursive: true });
}

/** Flushes a file's name, and those of the folders that were made for it. @param made the uppermost of these */
async function flushName(path: string, made: string | undefined) {
  let folder = dirname(resolve(path));
  await flushFolder(folder);
  while (made !== undefined && folder.length >= made.length) {
    folder = dirname(folder);
    await flushFolder(folder);
  }
}

async function sync(path: string) {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The same, but what fails for want of room says so. */
function orFull<Input extends unknown[]>(work: (...input: Input) => Promise<void>): typeof work {
  return (...input) =>
    work(...input).catch((error) => {
      if (!isCode(error, 'ENOSPC') && !isCode(error, 'EDQUOT')) throw error;
      throw new StoreFull('The disk has no room for more.', { cause: error });
    });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
