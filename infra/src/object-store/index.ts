import type { Readable } from 'node:stream';

/** A stretch of an object's bytes: from `start` to `end`, both inclusive, as in HTTP (RFC 9110, section 14.1.2). */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * How far a growing object is: plain JSON, kept by whoever lets it grow and given back as it was. An object
 * begins to grow from `{ sizeBytes: 0 }`. What is beside the size is the store's own business.
 */
export interface Growth {
  sizeBytes: number;
  /** S3's multipart upload: the ETags of its parts, in order. */
  multipart?: { uploadId: string; etags: string[] };
  /** What has arrived behind the last whole part, as an object of its own. */
  tail?: { key: string; sizeBytes: number };
}

/**
 * Where the bytes are. Keys are `/`-separated, made by the program alone, and never hold what a person
 * typed. What is written is on the disk before the promise resolves.
 */
export interface ObjectStore {
  /** Asks for a piece of `body` when it is done with the one before. */
  put(key: string, body: AsyncIterable<Uint8Array> | Uint8Array): Promise<void>;
  /** Puts a file of this machine in, by moving it where that is possible. */
  putFile(key: string, path: string): Promise<void>;
  /**
   * Appends to a growing object, which may be found under its key before it is complete, or not. What an
   * earlier append left that nobody was told of is cut away.
   * @param growth as it was told last
   * @param onStored told now and then, and at the end, of all that can no longer be lost; also before the
   *   error is passed on when `body` breaks off
   * @throws ObjectMissing where less is there than `growth` says; StoreFull
   */
  append(
    key: string,
    growth: Growth,
    body: Readable,
    onStored: (growth: Growth) => Promise<void>,
  ): Promise<void>;
  /** Ends growing: the object is under its key. May be asked again. @throws ObjectMissing */
  complete(key: string, growth: Growth): Promise<void>;
  /** Removes a growing object with all that belongs to it. May be asked again. */
  abandon(key: string, growth: Growth): Promise<void>;
  /** @throws ObjectMissing */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /**
   * All bytes of an object, for whoever goes through them once. A piece holds until the next is asked for: its
   * memory may be used again. @throws ObjectMissing
   */
  pieces(key: string): AsyncIterable<Uint8Array>;
  /** Size in bytes, or `null` where there is no such object. */
  size(key: string): Promise<number | null>;
  /**
   * Every object whose key begins with `prefix`, in no order, without what is only partly written; all for `''`.
   * What has a name that is no key was put there by somebody else, and is passed over.
   */
  list(prefix: string): AsyncIterable<{ key: string; sizeBytes: number; changedAt: Date }>;
  /** What `list` leaves out and can be seen: remains of what was or is being written. */
  listUnfinished(): AsyncIterable<{ key: string; sizeBytes: number; changedAt: Date }>;
  delete(key: string): Promise<void>;
  /** Deletes any number of objects. */
  deleteMany(keys: string[]): Promise<void>;
  /** Deletes everything whose key begins with `prefix`, which ends with `/`. */
  deleteAll(prefix: string): Promise<void>;
  /**
   * An address under which a browser gets the object without asking here, or `null` where browsers cannot
   * reach the store.
   * @param options.seconds how long it holds
   * @param options.contentType what the answer says it is
   */
  presign(key: string, options: { seconds: number; contentType?: string }): Promise<string | null>;
  /** A path on this machine under which the object can be read, or `null` where it is elsewhere. */
  localPath(key: string): string | null;
  /** Bytes left, or `null` where nobody can say. */
  freeBytes(): Promise<number | null>;
  /** @throws StoreProblem where the store cannot be used */
  check(): Promise<void>;
}

export class ObjectMissing extends Error {}

/** The store has no room for more; what it said it had, it has. */
export class StoreFull extends Error {}

/** What is wrong with the store as a whole: one sentence or two that say what to do. */
export class StoreProblem extends Error {
  /** Whether it will go by itself, as where the store does not answer. */
  readonly isPassing: boolean;

  constructor(message: string, options: ErrorOptions & { isPassing?: boolean } = {}) {
    super(message, options);
    this.isPassing = options.isPassing ?? false;
  }
}
