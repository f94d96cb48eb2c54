import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

const piece = randomBytes(1024 * 1024);

/** So many bytes that no disk can make smaller. */
export function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length)
    yield piece.subarray(0, Math.min(left, piece.length));
}

/** Sends so many bytes, in one request. @returns the status of the answer */
export function sendBytes(
  address: string,
  bytes: number,
  { method, headers }: { method: string; headers: Record<string, string> },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(
      address,
      { method, headers: { ...headers, 'content-length': bytes } },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sending.on('error', reject);
    const left = pieces(bytes);
    const push = () => {
      for (let next = left.next(); !next.done; next = left.next()) {
        if (!sending.write(next.value)) return void sending.once('drain', push);
      }
      sending.end();
    };
    push();
  });
}
