import type { Readable } from 'node:stream';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import { orFull } from './s3-client.ts';
import type { Bucket } from './s3-objects.ts';

/**
 * All parts but the last are of one size, at multiples of it: some stores want that, and a part that a
 * stalled process sends late is then the same bytes once more. 10,000 of them, which is as many as there
 * may be, hold 160 GiB.
 */
export const partBytes = 16 * 1024 * 1024;
const mostUnderWay = 2;

/**
 * Cuts what arrives into parts. The last may be shorter; it comes also where `body` breaks off, before the
 * error is passed on.
 * @param head what goes before `body`, less than a part
 */
export async function* inParts(head: Buffer, body: Readable): AsyncGenerator<Buffer> {
  let held = [head];
  let heldBytes = head.length;
  const take = () => {
    const part = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    return part;
  };
  try {
    for await (const chunk of body) {
      let rest: Buffer = chunk;
      while (heldBytes + rest.length >= partBytes) {
        const missing = partBytes - heldBytes;
        held.push(rest.subarray(0, missing));
        heldBytes = partBytes;
        rest = rest.subarray(missing);
        yield take();
      }
      held.push(rest);
      heldBytes += rest.length;
    }
  } catch (error) {
    if (heldBytes > 0) yield take();
    throw error;
  }
  if (heldBytes > 0) yield take();
}

/** A multipart upload that was begun. */
export interface Upload extends Bucket {
  key: string;
  uploadId: string;
}

/** The parts of one multipart upload on their way, a few at a time. */
export interface PartSender {
  /** Returns when there is room for another part. @throws what kept an earlier one from arriving */
  send(part: Buffer): Promise<void>;
  /** Returns when all have arrived. */
  settled(): Promise<void>;
}

/**
 * @param etags those of the parts that have arrived, in order; grows
 * @param onArrived told after each part that all up to it have arrived
 */
export function sendParts(
  upload: Upload,
  etags: string[],
  onArrived: () => Promise<void>,
): PartSender {
  let number = etags.length;
  let arriving = Promise.resolve();
  const underWay: Promise<void>[] = [];
  return {
    async send(part) {
      number += 1;
      const sent = sendPart(upload, number, part);
      // Whoever waits for it hears of its failure.
      sent.catch(() => {});
      arriving = arriving.then(async () => {
        etags.push(await sent);
        await onArrived();
      });
      arriving.catch(() => {});
      underWay.push(arriving);
      if (underWay.length >= mostUnderWay) await underWay.shift();
    },
    settled: () => arriving,
  };
}

/** @returns its ETag */
export async function sendPart(
  { client, name, key, uploadId }: Upload,
  number: number,
  part: Buffer,
): Promise<string> {
  try {
    const command = new UploadPartCommand({
      Bucket: name,
      Key: key,
      UploadId: uploadId,
      PartNumber: number,
      Body: part,
    });
    const { ETag } = await client.send(command);
    if (ETag === undefined) throw new Error('The store did not name the part that it took.');
    return ETag;
  } catch (error) {
    throw orFull(error);
  }
}
