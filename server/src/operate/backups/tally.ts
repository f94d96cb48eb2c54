import { createHash } from 'node:crypto';

/** What went by: so many bytes, with this SHA-256 in hexadecimal. */
export interface Tally {
  sizeBytes: number;
  sha256: string;
}

/** Counts and hashes what is read through `bytes`; `result` holds once that has come to its end. */
export function tallied(body: AsyncIterable<Uint8Array>): {
  bytes: AsyncGenerator<Uint8Array>;
  result(): Tally;
} {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* through() {
    for await (const piece of body) {
      hash.update(piece);
      sizeBytes += piece.length;
      yield piece;
    }
  }
  return { bytes: through(), result: () => ({ sizeBytes, sha256: hash.digest('hex') }) };
}

export async function tallyOf(body: AsyncIterable<Uint8Array>): Promise<Tally> {
  const { bytes, result } = tallied(body);
  for await (const _ of bytes);
  return result();
}
