import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ObjectStore } from '@second-look/infra/object-store';
import { requestedRange } from '@second-look/infra/object-store/range';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../../http/problems.ts';
import type { Place } from './queries.ts';

/** How long an address of the store may outlive the right to see what is there. */
const redirectSeconds = 60;

/**
 * The origin that browsers get media from besides ours, or `null` where all of it comes through the server.
 * It is what the store signs addresses for, so nobody has to say it twice.
 */
export async function mediaOrigin(store: ObjectStore): Promise<string | null> {
  const address = await store.presign('origin', { seconds: redirectSeconds });
  return address && new URL(address).origin;
}

/** Sends a whole object to somebody who may see it: by way of the store where browsers reach that. */
export async function sendWhole(
  store: ObjectStore,
  request: FastifyRequest,
  reply: FastifyReply,
  whole: Place,
  contentType: string,
) {
  const address =
    request.method === 'GET'
      ? await store.presign(whole.objectKey, { seconds: redirectSeconds, contentType })
      : null;
  if (address === null) return sendPlace(store, request, reply, whole, contentType);
  return reply.header('cache-control', 'private, no-store').redirect(address, 302);
}

/** Sends a stretch of an object to somebody who may see it, or the range of it that was asked for. */
export async function sendPlace(
  store: ObjectStore,
  request: FastifyRequest,
  reply: FastifyReply,
  { objectKey, offset, length }: Place,
  contentType: string,
) {
  // Objects are never written twice, so their place names their content; each use asks first.
  const name = createHash('sha256').update(`${objectKey} ${offset} ${length}`).digest('base64url');
  const tag = `"${name}"`;
  reply.header('cache-control', 'private, no-cache').header('etag', tag);
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  reply.header('accept-ranges', 'bytes').type(contentType);
  // Of a body that is no stream, Fastify would say its own length in answer to HEAD.
  if (request.method === 'HEAD') {
    return reply.header('content-length', length).send(Readable.from([]));
  }
  const ifRange = request.headers['if-range'];
  const isSame = ifRange === undefined || ifRange === tag;
  const range = isSame ? requestedRange(request.headers.range, length) : null;
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${length}`);
    throw new ProblemError('no_such_range');
  }
  const { start, end } = range ?? { start: 0, end: length - 1 };
  if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${length}`);
  reply.header('content-length', end - start + 1);
  return reply.send(await store.read(objectKey, { start: offset + start, end: offset + end }));
}
