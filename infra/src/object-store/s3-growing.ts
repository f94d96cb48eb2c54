import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { type Growth, ObjectMissing } from './index.ts';
import { isMissing, orFull } from './s3-client.ts';
import {
  type Bucket,
  deleteObjects,
  listAll,
  putBytes,
  read,
  readBytes,
  sizeOf,
} from './s3-objects.ts';
import {
  inParts,
  type PartSender,
  partBytes,
  sendPart,
  sendParts,
  type Upload,
} from './s3-parts.ts';

/**
 * A growing object is a multipart upload: whole parts, and what has arrived behind them as an object of its
 * own, the tail, until it has grown into a part. Each tail has a name of its own, so that a process that
 * stalled cannot replace what a later one was told of.
 */

const tailFolder = (key: string) => `${key}.unfinished/`;

/** Whether a key is that of a tail. */
export function isTail(key: string): boolean {
  return key.includes('.unfinished/');
}

/** Appends to a growing object, as ObjectStore says. */
export async function append(
  bucket: Bucket,
  key: string,
  growth: Growth,
  body: Readable,
  onStored: (growth: Growth) => Promise<void>,
): Promise<void> {
  const etags = growth.multipart?.etags.slice() ?? [];
  let uploadId = growth.multipart?.uploadId;
  let told = growth;
  const tell = async (tail?: Growth['tail']) => {
    const now = {
      sizeBytes: etags.length * partBytes + (tail?.sizeBytes ?? 0),
      ...(uploadId !== undefined && { multipart: { uploadId, etags: etags.slice() } }),
      ...(tail && { tail }),
    };
    await onStored(now);
    told = now;
  };
  const headBytes = growth.tail?.sizeBytes ?? 0;
  const share = bucket.parts();
  let sender: PartSender | undefined;
  try {
    for await (const part of inParts(share, behindTail(bucket, growth, body), body)) {
      if (part.length < partBytes) {
        await sender?.settled();
        if (sender || part.length > headBytes) await tell(await putTail(bucket, key, part));
        continue;
      }
      if (uploadId === undefined) {
        uploadId = await begin(bucket, key);
        await tell(growth.tail);
      }
      sender ??= sendParts({ ...bucket, key, uploadId }, share, etags, () => tell());
      await sender.send(part);
    }
  } finally {
    try {
      await sender?.settled();
    } finally {
      share.end();
    }
    const { tail } = growth;
    // Where this breaks off, completing clears it away.
    if (tail && tail.key !== told.tail?.key)
      await deleteObjects(bucket, [tail.key]).catch(() => {});
  }
}

/** Ends growing, as ObjectStore says. */
export async function complete(bucket: Bucket, key: string, growth: Growth): Promise<void> {
  // It may have been completed before, by a process that ended before it could say so.
  if ((await sizeOf(bucket, key)) !== growth.sizeBytes) await putTogether(bucket, key, growth);
  await removeTails(bucket, key);
}

async function putTogether(bucket: Bucket, key: string, growth: Growth): Promise<void> {
  try {
    const tail = await tailOf(bucket, growth);
    if (!growth.multipart) return await putBytes(bucket, key, tail);
    const { uploadId, etags } = growth.multipart;
    const upload = { ...bucket, key, uploadId };
    const last = tail.length > 0 ? [await sendPart(upload, etags.length + 1, tail)] : [];
    await joinParts(upload, [...etags, ...last]);
  } catch (error) {
    // Another did it at the same time, or the answer to an earlier try was lost.
    if ((await sizeOf(bucket, key)) === growth.sizeBytes) return;
    throw isMissing(error) ? new ObjectMissing(key, { cause: error }) : error;
  }
}

/** Removes a growing object, as ObjectStore says. */
export async function abandon(bucket: Bucket, key: string, growth: Growth): Promise<void> {
  if (growth.multipart) await abort({ ...bucket, key, uploadId: growth.multipart.uploadId });
  await removeTails(bucket, key);
  await deleteObjects(bucket, [key]);
}

/** Puts what is not all here yet: nothing is under the key until it is. */
export async function putStream(bucket: Bucket, key: string, body: Readable): Promise<void> {
  const etags: string[] = [];
  let upload: Upload | undefined;
  let sender: PartSender | undefined;
  let rest: Buffer = Buffer.alloc(0);
  const share = bucket.parts();
  try {
    for await (const part of inParts(share, body, body)) {
      if (part.length < partBytes) {
        rest = part;
        continue;
      }
      upload ??= { ...bucket, key, uploadId: await begin(bucket, key) };
      sender ??= sendParts(upload, share, etags, async () => {});
      await sender.send(part);
    }
    if (!upload || !sender) return await putBytes(bucket, key, rest);
    if (rest.length > 0) await sender.send(rest);
    await sender.settled();
    await joinParts(upload, etags);
  } catch (error) {
    if (upload) await abort(upload).catch(() => {});
    throw error;
  } finally {
    share.end();
  }
}

async function begin({ client, name }: Bucket, key: string): Promise<string> {
  try {
    const command = new CreateMultipartUploadCommand({ Bucket: name, Key: key });
    const { UploadId } = await client.send(command);
    if (UploadId === undefined) throw new Error('The store began an upload without a name.');
    return UploadId;
  } catch (error) {
    throw orFull(error);
  }
}

async function joinParts({ client, name, key, uploadId }: Upload, etags: string[]): Promise<void> {
  const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
  const command = new CompleteMultipartUploadCommand({
    Bucket: name,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts },
  });
  await client.send(command).catch((error) => {
    throw orFull(error);
  });
}

async function abort({ client, name, key, uploadId }: Upload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: uploadId });
  await client.send(command).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

/**
 * What is behind the last whole part: the tail as it was stored, and then what arrives. As a stream, so that
 * an upload that waits for its turn holds nothing.
 */
async function* behindTail(bucket: Bucket, { tail }: Growth, body: Readable) {
  if (tail) {
    let missing = tail.sizeBytes;
    for await (const chunk of await read(bucket, tail.key)) {
      missing -= chunk.length;
      if (missing < 0) break;
      yield chunk;
    }
    if (missing !== 0) throw new ObjectMissing(`${tail.key}, as it was stored`);
  }
  yield* body;
}

async function tailOf(bucket: Bucket, { tail }: Growth): Promise<Buffer> {
  if (!tail) return Buffer.alloc(0);
  const bytes = await readBytes(bucket, tail.key);
  if (bytes.length !== tail.sizeBytes) throw new ObjectMissing(`${tail.key}, as it was stored`);
  return bytes;
}

async function putTail(bucket: Bucket, key: string, bytes: Buffer) {
  const tail = { key: `${tailFolder(key)}${randomUUID()}`, sizeBytes: bytes.length };
  await putBytes(bucket, tail.key, bytes);
  return tail;
}

async function removeTails(bucket: Bucket, key: string): Promise<void> {
  const keys: string[] = [];
  for await (const tail of listAll(bucket, tailFolder(key))) keys.push(tail.key);
  await deleteObjects(bucket, keys);
}
