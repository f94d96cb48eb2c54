import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { throwNotFound } from './problems.ts';

const root = fileURLToPath(new URL('../../../web/dist/', import.meta.url));

/** The built web: its hashed files for a year, its one page for every address that is no file and no API. */
export async function webFiles(app: FastifyInstance) {
  if (!existsSync(root)) return;
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, isPublic: true };
    route.schema = { ...route.schema, hide: true };
  });
  await app.register(fastifyStatic, {
    root,
    preCompressed: true,
    setHeaders: (reply, path) => {
      const isHashed = path.includes('/assets/');
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler(async (request: FastifyRequest, reply: FastifyReply) => {
    const [path = ''] = request.url.split('?');
    const isPage = request.method === 'GET' && !path.startsWith('/api/') && !/\.\w+$/.test(path);
    return isPage ? reply.sendFile('index.html') : throwNotFound(request);
  });
}
