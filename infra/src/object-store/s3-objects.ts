import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Share } from './allowance.ts';
import { type ByteRange, ObjectMissing, StoreProblem } from './index.ts';
import { isMissing, orFull } from './s3-client.ts';

/** One bucket, and how it is asked. */
export interface Bucket {
  client: S3Client;
  name: string;
  /** What all uploads of this process may hold of parts, together. */
  parts: () => Share;
}

/** Puts bytes that are all here. */
export async function putBytes({ client, name }: Bucket, key: string, bytes: Uint8Array) {
  try {
    await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: bytes }));
  } catch (error) {
    throw orFull(error);
  }
}

/** @returns the size in bytes, or `null` where there is no such object */
export async function sizeOf({ client, name }: Bucket, key: string): Promise<number | null> {
  try {
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }));
    return ContentLength ?? 0;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

interface Answer {
  body: Readable;
  sizeBytes: number;
  etag: string | undefined;
}

async function get(
  { client, name }: Bucket,
  key: string,
  range: { start: number; end?: number } | undefined,
  etag?: string,
): Promise<Answer> {
  const Range = range && `bytes=${range.start}-${range.end ?? ''}`;
  try {
    const { Body, ContentLength, ETag } = await client.send(
      new GetObjectCommand({ Bucket: name, Key: key, Range, IfMatch: etag }),
    );
    if (!(Body instanceof Readable)) throw new Error(`The store sent no bytes for ${key}.`);
    return { body: Body, sizeBytes: ContentLength ?? 0, etag: ETag };
  } catch (error) {
    throw isMissing(error) ? new ObjectMissing(key, { cause: error }) : error;
  }
}

const mostResumptions = 5;

/** Reads an object; where the connection breaks, it goes on from there. @throws ObjectMissing */
export async function read(bucket: Bucket, key: string, range?: ByteRange): Promise<Readable> {
  const first = await get(bucket, key, range);
  const bytes = Readable.from(resuming(bucket, key, range?.start ?? 0, first), {
    objectMode: false,
    highWaterMark: 256 * 1024,
  });
  // A generator that was never asked for anything cleans nothing up, and the connection would stay.
  bytes.once('close', () => first.body.destroy());
  return bytes;
}

async function* resuming(bucket: Bucket, key: string, start: number, first: Answer) {
  let { body } = first;
  let position = start;
  const end = start + first.sizeBytes - 1;
  for (let resumptions = 0; ; resumptions += 1) {
    try {
      for await (const chunk of body) {
        position += chunk.length;
        yield chunk;
      }
      if (position > end) return;
    } catch (error) {
      if (resumptions === mostResumptions) throw error;
    }
    if (resumptions === mostResumptions)
      throw new StoreProblem(`The store broke off in ${key}.`, { isPassing: true });
    ({ body } = await get(bucket, key, { start: position, end }, first.etag));
  }
}

/** An object's bytes at once. @throws ObjectMissing */
export async function readBytes(bucket: Bucket, key: string): Promise<Buffer> {
  return buffer(await read(bucket, key));
}

/** Every object whose key begins with `prefix`, what belongs to growing ones included. */
export async function* listAll({ client, name }: Bucket, prefix: string) {
  for await (const page of paginateListObjectsV2({ client }, { Bucket: name, Prefix: prefix })) {
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key !== undefined)
        yield { key: Key, sizeBytes: Size ?? 0, changedAt: LastModified ?? new Date() };
    }
  }
}

const deletedAtOnce = 16;

/**
 * Deletes objects, also those that are not there. One request each: deleting many in one wants a checksum
 * that some stores do not know, and others do not offer it.
 */
export async function deleteObjects({ client, name }: Bucket, keys: string[]) {
  // One iterator for all: each takes the next.
  const left = keys.values();
  const work = async () => {
    for (const key of left) {
      await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
    }
  };
  await Promise.all(Array.from({ length: deletedAtOnce }, work));
}
