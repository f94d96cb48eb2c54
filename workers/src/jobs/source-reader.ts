import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteRange, ObjectMissing, type ObjectStore } from '@second-look/infra/object-store';
import { requestedRange } from '@second-look/infra/object-store/range';
import type { Source } from '../media/index.ts';
import { type Patience, steadyRead } from './steady-read.ts';

export interface SourceReader {
  /** Where ffmpeg reads the object: its file, or an address of this process that serves this object alone. */
  source: Source;
  /** Aborted where the store could no longer give the bytes: ffmpeg takes that for the end of the film. */
  broken: AbortSignal;
  close(): void;
}

/**
 * Makes an object readable for ffmpeg until it is closed.
 * @throws ObjectMissing
 */
export async function openSource(
  store: ObjectStore,
  key: string,
  patience?: Patience,
): Promise<SourceReader> {
  const broken = new AbortController();
  const path = store.localPath(key);
  if (path !== null) return { source: path, broken: broken.signal, close: () => {} };

  const sizeBytes = await store.size(key);
  if (sizeBytes === null) throw new ObjectMissing(key);
  const closed = new AbortController();
  // Other programs of this machine can reach the port, but do not know the name.
  const name = `/${randomBytes(32).toString('base64url')}`;
  const server = createServer((request, response) => {
    // ffmpeg hangs up whenever it seeks.
    serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (request.url !== name || !isRead) return response.writeHead(404).end();
    const range = requestedRange(request.headers.range, sizeBytes ?? 0);
    response.setHeader('accept-ranges', 'bytes');
    if (range === 'unsatisfiable') {
      return response.writeHead(416, { 'content-range': `bytes */${sizeBytes}` }).end();
    }
    const { start, end } = range ?? { start: 0, end: (sizeBytes ?? 0) - 1 };
    if (range) response.setHeader('content-range', `bytes ${start}-${end}/${sizeBytes}`);
    response.writeHead(range ? 206 : 200, { 'content-length': end - start + 1 });
    if (request.method === 'HEAD') return response.end();
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    const signal = AbortSignal.any([hungUp.signal, closed.signal]);
    await pipeline(Readable.from(bytes({ start, end }, signal), { objectMode: false }), response);
  }

  async function* bytes(range: ByteRange, signal: AbortSignal) {
    try {
      yield* steadyRead(store, key, range, signal, patience);
    } catch (error) {
      // Before the answer breaks off, so that whoever reads it is known to have been misled.
      if (!signal.aborted) broken.abort(error);
      throw error;
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    source: new URL(`http://127.0.0.1:${port}${name}`),
    broken: broken.signal,
    close: () => {
      closed.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}
