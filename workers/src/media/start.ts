/** The first bytes of a source and its size, wherever it is read from. */
import { open } from 'node:fs/promises';
import type { Source } from './tools.ts';

/**
 * @param most how many bytes at most
 * @returns as many bytes as there are, and the size of the whole, in bytes
 * @throws the system's error, or what the signal says when aborted
 */
export function readStart(
  source: Source,
  most: number,
  signal?: AbortSignal,
): Promise<{ bytes: Buffer; sizeBytes: number }> {
  signal?.throwIfAborted();
  return source instanceof URL ? ofAddress(source, most, signal) : ofFile(source, most);
}

async function ofFile(path: string, most: number) {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(most);
    const { bytesRead } = await file.read(buffer, 0, most, 0);
    return { bytes: buffer.subarray(0, bytesRead), sizeBytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

async function ofAddress(address: URL, most: number, signal?: AbortSignal) {
  const headers = { range: `bytes=0-${most - 1}` };
  const answer = await fetch(address, { headers, signal, redirect: 'error' });
  const body = Buffer.from(await answer.arrayBuffer());
  const [, size] = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
  // RFC 9110, 15.5.17: no range of what is empty can be had, and the answer says how long it is.
  if (answer.status === 416 && size === '0') return { bytes: Buffer.alloc(0), sizeBytes: 0 };
  if (answer.status !== 206 || size === undefined) {
    throw new Error(`The reader of the source answered ${answer.status}.`);
  }
  return { bytes: body, sizeBytes: Number(size) };
}
