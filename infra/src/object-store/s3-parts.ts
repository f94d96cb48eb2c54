import type { Readable } from 'node:stream';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import type { Share } from './allowance.ts';
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
 * As many as all uploads of a process hold together, 768 MiB, filling and under way. One is enough for an
 * upload to get on; who finds none left waits in turn.
 */
export const mostPartsHeld = 48;

/**
 * Cuts what arrives into parts, each taken from `share` before it is filled; whoever has sent one gives it
 * back. The last may be shorter; it comes also where `chunks` break off, before the error is passed on.
 * @param chunks what `body` brings, and what goes before it
 */
export async function* inParts(
  share: Share,
  chunks: AsyncIterable<Buffer>,
  body: Readable,
): AsyncGenerator<Buffer> {
  let part: Buffer | undefined;
  let filled = 0;
  try {
    for await (const chunk of chunks) {
      for (let used = 0; used < chunk.length; ) {
        if (!part) {
          await share.take(body);
          part = Buffer.allocUnsafe(partBytes);
        }
        const copied = chunk.copy(part, filled, used);
        used += copied;
        filled += copied;
        if (filled < partBytes) continue;
        const whole = part;
        part = undefined;
        filled = 0;
        yield whole;
      }
    }
  } catch (error) {
    if (part) yield part.subarray(0, filled);
    throw error;
  }
  if (part) yield part.subarray(0, filled);
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
 * @param share gets each part back when it is sent
 * @param etags those of the parts that have arrived, in order; grows
 * @param onArrived told after each part that all up to it have arrived
 */
export function sendParts(
  upload: Upload,
  share: Share,
  etags: string[],
  onArrived: () => Promise<void>,
): PartSender {
  let number = etags.length;
  let arriving = Promise.resolve();
  const underWay: Promise<void>[] = [];
  return {
    async send(part) {
      number += 1;
      const sent = sendPart(upload, number, part).finally(share.give);
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
