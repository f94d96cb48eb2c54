import type { Readable } from 'node:stream';

/** A stretch of an object's bytes: from `start` to `end`, both inclusive, as in HTTP (RFC 9110, section 14.1.2). */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where the bytes are. Keys are `/`-separated, made by the program alone, and never hold what a person
 * typed. What is written is on the disk before the promise resolves.
 */
export interface ObjectStore {
  put(key: string, body: Readable | Uint8Array): Promise<void>;
  /** Puts a file of this machine in, by moving it where that is possible. */
  putFile(key: string, path: string): Promise<void>;
  /**
   * Appends to an object that begins to exist with the first byte. Bytes beyond `offset`, which an earlier
   * append left that broke off, are cut away first.
   * @param onStored told now and then, and at the end, how many bytes of `body` can no longer be lost;
   *   also before the error is passed on when `body` breaks off
   */
  append(
    key: string,
    offset: number,
    body: Readable,
    onStored: (bytes: number) => Promise<void>,
  ): Promise<void>;
  /** @throws ObjectMissing */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Size in bytes, or `null` where there is no such object. */
  size(key: string): Promise<number | null>;
  delete(key: string): Promise<void>;
  /** Deletes everything whose key begins with `prefix`, which ends with `/`. */
  deleteAll(prefix: string): Promise<void>;
  /** A path on this machine under which ffmpeg can read the object. */
  localPath(key: string): string;
  /** Bytes left, or `null` where nobody can say. */
  freeBytes(): Promise<number | null>;
  /** Throws where the store cannot be written to. */
  check(): Promise<void>;
}

export class ObjectMissing extends Error {}
