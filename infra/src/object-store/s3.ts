import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Config } from '../config/index.ts';
import { openAllowance } from './allowance.ts';
import { type ObjectStore, StoreProblem } from './index.ts';
import { checkFolder, checkKey, checkPrefix, isKey } from './keys.ts';
import { clientConfig, explain, minutesBehind } from './s3-client.ts';
import { abandon, append, complete, isTail, putStream } from './s3-growing.ts';
import { deleteObjects, listAll, putBytes, read, sizeOf } from './s3-objects.ts';
import { mostPartsHeld } from './s3-parts.ts';

const checkMs = 8_000;
/** Written and deleted at each start. It is no key, so nobody ever finds it in a list. */
const probe = '.second-look-probe';

/**
 * Objects in a bucket of a store that speaks S3.
 * @param warn hears what whoever runs this should know: a store that does not answer yet, a clock that is wrong
 * @throws StoreProblem where the bucket is not there, or refuses to be listed, written or cleared
 */
export async function openS3Store(
  config: S3Config,
  warn: (message: string) => void,
): Promise<ObjectStore> {
  const client = new S3Client(clientConfig(config));
  const bucket = { client, name: config.bucket, parts: openAllowance(mostPartsHeld) };
  // An address is signed together with its host.
  const outside = config.publicUrl && new S3Client(clientConfig(config, config.publicUrl));

  const asking = () => ({ abortSignal: AbortSignal.timeout(checkMs) });
  const explained = (error: unknown) => {
    throw explain(error, config);
  };
  const list = async () => {
    // Unlike a HEAD, its refusal says why.
    await client.send(new ListObjectsV2Command({ Bucket: config.bucket, MaxKeys: 1 }), asking());
  };
  const tryToWrite = async () => {
    const place = { Bucket: config.bucket, Key: probe };
    await client.send(new PutObjectCommand({ ...place, Body: new Uint8Array() }), asking());
    await client.send(new DeleteObjectCommand(place), asking());
  };
  const check = () => list().catch(explained);
  const tryAll = () => list().then(tryToWrite).catch(explained);
  await tryAll().catch((error) => {
    if (!(error instanceof StoreProblem && error.isPassing)) throw error;
    warn(error.message);
  });
  const behind = minutesBehind(client);
  if (behind !== 0) {
    const way = behind > 0 ? 'behind' : 'ahead of';
    warn(
      `The clock of this machine is ${Math.abs(behind)} minutes ${way} the store's. That is allowed for, but links and logs are wrong by as much: set it by a time server (NTP).`,
    );
  }

  return {
    put: async (key, body) => {
      if (body instanceof Uint8Array) await putBytes(bucket, checkKey(key), body);
      else await putStream(bucket, checkKey(key), asStream(body));
    },
    putFile: async (key, path) => {
      await putStream(
        bucket,
        checkKey(key),
        createReadStream(path, { highWaterMark: 1024 * 1024 }),
      );
      await rm(path);
    },
    append: (key, growth, body, onStored) => append(bucket, checkKey(key), growth, body, onStored),
    complete: (key, growth) => complete(bucket, checkKey(key), growth),
    abandon: (key, growth) => abandon(bucket, checkKey(key), growth),
    read: (key, range) => read(bucket, checkKey(key), range),
    pieces: (key) => pieces(bucket, checkKey(key)),
    size: (key) => sizeOf(bucket, checkKey(key)),
    list: (prefix) => listWhole(bucket, checkPrefix(prefix)),
    listUnfinished: () => listTails(bucket),
    delete: (key) => deleteObjects(bucket, [checkKey(key)]),
    deleteMany: (keys) => deleteObjects(bucket, keys.map(checkKey)),
    deleteAll: async (prefix) => {
      const keys: string[] = [];
      for await (const { key } of listAll(bucket, checkFolder(prefix))) keys.push(key);
      await deleteObjects(bucket, keys);
    },
    presign: async (key, { seconds, contentType }) => {
      if (!outside) return null;
      const command = new GetObjectCommand({
        Bucket: config.bucket,
        Key: checkKey(key),
        ResponseContentType: contentType,
        // Signing out clears what a browser kept of our own address alone.
        ResponseCacheControl: 'private, no-store',
      });
      const signingDate = new Date(Date.now() + client.config.systemClockOffset);
      return getSignedUrl(outside, command, { expiresIn: seconds, signingDate });
    },
    localPath: () => null,
    freeBytes: async () => null,
    check,
  };
}

/** A stream asks for pieces ahead, so each is kept apart from the next. */
function asStream(body: AsyncIterable<Uint8Array>): Readable {
  if (body instanceof Readable) return body;
  const kept = async function* () {
    for await (const piece of body) yield Buffer.from(piece);
  };
  return Readable.from(kept());
}

async function* pieces(bucket: Parameters<typeof read>[0], key: string) {
  yield* await read(bucket, key);
}

async function* listWhole(bucket: Parameters<typeof listAll>[0], prefix: string) {
  for await (const object of listAll(bucket, prefix))
    if (isKey(object.key) && !isTail(object.key)) yield object;
}

async function* listTails(bucket: Parameters<typeof listAll>[0]) {
  for await (const object of listAll(bucket, ''))
    if (isKey(object.key) && isTail(object.key)) yield object;
}
