import fastifyStatic from '@fastify/static';
import type { Database } from '@second-look/infra/database';
import type { WorkQueue } from '@second-look/infra/queue';
import type { FastifyInstance } from 'fastify';
import { throwNotFound } from '../../http/problems.ts';
import { isAdministrator } from '../people/queries.ts';
import { type Asked, openBoard } from './board.ts';

/** Bull Board, for administrators alone: how the queue does, and of each job the id of its step. */
export async function queueBoardRoutes(
  app: FastifyInstance,
  { database, queue }: { database: Database; queue: WorkQueue },
) {
  app.addHook('onRequest', async (request) => {
    if (!(await database.as(request.user.id, isAdministrator))) throwNotFound(request);
  });
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, hide: true };
  });
  const board = openBoard(queue.bull, app.prefix);

  for (const url of ['', ...board.pages]) {
    app.get(url, { prefixTrailingSlash: 'slash' }, async (_request, reply) => {
      const policy = String(reply.getHeader('content-security-policy'));
      return (
        reply
          // The page names itself as the base of its addresses.
          .header('content-security-policy', policy.replace("base-uri 'none'", "base-uri 'self'"))
          .header('cache-control', 'no-store')
          .type('text/html; charset=utf-8')
          .send(board.page)
      );
    });
  }
  for (const { url, answer } of board.reads) {
    app.get(url, async (request, reply) => {
      const { status, body } = await answer(request as Asked);
      if (status !== 200) throwNotFound(request);
      return reply.header('cache-control', 'no-store').send(body);
    });
  }
  await app.register(fastifyStatic, {
    root: board.staticFolder,
    prefix: '/static',
    decorateReply: false,
  });
}
