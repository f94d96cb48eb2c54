import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import {
  access,
  copyFile,
  type FileHandle,
  mkdir,
  open,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ObjectMissing, type ObjectStore } from './index.ts';

const keyShape = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*)(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*\/?$/;

/** Objects as files under `root`. A file appears under its key only when it is whole, by a rename. */
export async function openDiskStore(root: string): Promise<ObjectStore> {
  await mkdir(root, { recursive: true });
  const pathOf = (key: string) => {
    if (!keyShape.test(key)) throw new Error(`No key of an object: ${key}`);
    return join(root, key);
  };
  const unfinished = (path: string) => `${path}.${randomUUID()}.part`;

  return {
    put: async (key, body) => {
      const path = pathOf(key);
      const part = unfinished(path);
      await mkdir(dirname(path), { recursive: true });
      try {
        await pipeline(
          body instanceof Readable ? body : Readable.from([body]),
          createWriteStream(part, { flush: true }),
        );
        await rename(part, path);
      } finally {
        await rm(part, { force: true });
      }
    },
    putFile: async (key, file) => {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
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
    },
    append: (key, offset, body, onStored) => append(pathOf(key), offset, body, onStored),
    read: async (key, range) => {
      const handle = await open(pathOf(key)).catch((error) => {
        throw isCode(error, 'ENOENT') ? new ObjectMissing(key) : error;
      });
      return handle.createReadStream(range && { start: range.start, end: range.end });
    },
    size: async (key) => {
      try {
        return (await stat(pathOf(key))).size;
      } catch (error) {
        if (isCode(error, 'ENOENT')) return null;
        throw error;
      }
    },
    delete: (key) => rm(pathOf(key), { force: true }),
    deleteAll: (prefix) => rm(pathOf(prefix), { recursive: true, force: true }),
    localPath: pathOf,
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
    check: () => access(root, constants.R_OK | constants.W_OK),
  };
}

const batchBytes = 1024 * 1024;
const checkpointBytes = 16 * batchBytes;

async function append(
  path: string,
  offset: number,
  body: Readable,
  onStored: (bytes: number) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    // Filling a gap with zeros would pass for the lesson.
    if ((await file.stat()).size < offset) throw new ObjectMissing(`${path} from byte ${offset}`);
    await file.truncate(offset);
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
function openTail(file: FileHandle, offset: number, onStored: (bytes: number) => Promise<void>) {
  let written = 0;
  let flushed = 0;
  let writing = Promise.resolve();
  let flushing = Promise.resolve();

  const flush = async () => {
    await flushing;
    const reached = written;
    if (reached === flushed) return;
    flushed = reached;
    flushing = file.datasync().then(() => onStored(reached));
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
      await writing;
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

async function sync(path: string) {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
