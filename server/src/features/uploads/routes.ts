import { id, type ProblemCode } from '@second-look/core/contract';
import { sqlState } from '@second-look/infra/database';
import { StoreFull } from '@second-look/infra/object-store';
import { Server } from '@tus/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { headersOf } from '../session/session.ts';
import { tusProblem, type UploadDependencies, UploadStore, uploadRequest } from './data-store.ts';
import { Leases } from './leases.ts';

const path = '/api/uploads';
// A connection that says nothing for so long is dead, and must not keep its upload from a living one.
const silenceMs = 60_000;
// PostgreSQL, which may be on the same disk (its appendix A).
const diskFull = '53100';
// tus's own refusals, by status; what this product adds comes as a problem already.
const codes: Record<number, ProblemCode> = {
  403: 'not_found',
  404: 'not_found',
  410: 'not_found',
  413: 'too_large',
  501: 'invalid',
};

/** Says of a problem document that it is one; tus would call it text. */
class TusServer extends Server {
  override write(...[context, headers, status, body]: Parameters<Server['write']>) {
    if (body?.startsWith('{')) headers.set('content-type', 'application/problem+json');
    return super.write(context, headers, status, body);
  }
}

/**
 * tus 1.0 (https://tus.io/protocols/resumable-upload) for the owner of a recording: create, ask how far,
 * append, cancel. There is no GET: a video is watched, never fetched from here.
 */
export async function uploadRoutes(app: FastifyInstance, dependencies: UploadDependencies) {
  const leases = new Leases(dependencies.database);
  const datastore = new UploadStore(dependencies, leases);
  const tus = new TusServer({
    path,
    datastore,
    locker: leases,
    relativeLocation: true,
    // Our own pages alone, which need no leave.
    allowedOrigins: [],
    maxSize: dependencies.maxUploadBytes,
    disableTerminationForFinishedUploads: true,
    namingFunction: (request, metadata) =>
      datastore.idFor(metadata, Number(request.headers.get('upload-length'))),
    onResponseError: (_request, error) => {
      if (error instanceof StoreFull || sqlState(error) === diskFull) {
        app.log.error({ err: error }, 'there is no room for an upload');
        return tusProblem('no_space');
      }
      const status = 'status_code' in error ? error.status_code : 500;
      if (status === 500) app.log.error({ err: error }, 'upload failed');
      // An offset that does not fit is tus's own business: its client asks how far and goes on.
      if ('body' in error && (error.body.startsWith('{') || status === 409)) return undefined;
      return tusProblem(codes[status] ?? (status < 500 ? 'invalid' : 'internal'));
    },
  });

  // A slow upload must not hold the server up when it is asked to stop: it goes on at the next one.
  app.addHook('preClose', () => leases.letAllGo());

  // The bytes go to tus as they come; nothing here reads them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    request.raw.setTimeout(silenceMs);
    const { method, url, raw, user, id: requestId } = request;
    const headers = headersOf(request);
    const bodiless = new Request(new URL(url, 'http://localhost'), { method, headers });
    const response = await uploadRequest.run({ userId: user.id, requestId, body: raw }, () =>
      tus.handleWeb(bodiless),
    );
    reply.code(response.status).headers(Object.fromEntries(response.headers));
    return reply.header('cache-control', 'no-store').send(await response.text());
  };
  const schema = { tags: ['uploads'] };
  app.route({
    method: ['OPTIONS', 'POST'],
    url: path,
    schema: {
      ...schema,
      summary:
        'tus 1.0: begins an upload; metadata `recordingId`, `part` (of the files it comes in, from 0), `filename`, `filetype`.',
    },
    handler: handle,
  });
  app.route({
    method: ['OPTIONS', 'HEAD', 'PATCH', 'DELETE'],
    url: `${path}/:id`,
    schema: {
      ...schema,
      params: z.object({ id }),
      summary: 'tus 1.0: how far an upload is, more of it, or its end.',
    },
    handler: handle,
  });
}
