import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

const piece = randomBytes(1024 * 1024);

/** Sends so many bytes that no disk can make smaller, in one request. @returns the status of the answer */
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
    let left = bytes;
    const push = () => {
      while (left > 0) {
        const part = left < piece.length ? piece.subarray(0, left) : piece;
        left -= part.length;
        if (!sending.write(part)) return void sending.once('drain', push);
      }
      sending.end();
    };
    push();
  });
}
