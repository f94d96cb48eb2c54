import {
  type Contract,
  contract,
  type Output,
  type Route,
  type Success,
} from '@second-look/core/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SignedIn } from '../features/session/session.ts';

export interface Call<N extends keyof Contract> {
  params: Output<Contract[N], 'params'>;
  query: Output<Contract[N], 'query'>;
  body: Output<Contract[N], 'body'>;
  /** Who asks. Public routes have nobody, so theirs must not look. */
  user: SignedIn;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The body of success; where there is none, what a handler returns is not looked at. */
type Answer<N extends keyof Contract> =
  Success<Contract[N]> extends undefined ? unknown : Success<Contract[N]>;

/** Registers one route of the contract: its address, its validation and its documentation come from there. */
export function route<N extends keyof Contract & string>(
  app: FastifyInstance,
  name: N,
  handle: (call: Call<N>) => Promise<Answer<N>>,
) {
  const definition: Route = contract[name];
  const [method = '', url = ''] = name.split(' ');
  const { status, body } = definition.success;
  app.route({
    method,
    url,
    config: { isPublic: definition.isPublic === true },
    schema: {
      summary: definition.summary,
      tags: [url.split('/')[2] ?? ''],
      ...(definition.params && { params: definition.params }),
      ...(definition.query && { querystring: definition.query }),
      ...(definition.body && { body: definition.body }),
      ...(body && { response: { [status]: body } }),
    },
    handler: async (request, reply) => {
      const given = request as Pick<Call<N>, 'params' | 'query' | 'body'>;
      const { params, query } = given;
      const result = await handle({
        params,
        query,
        body: given.body,
        user: request.user,
        request,
        reply,
      });
      return reply
        .code(status)
        .header('cache-control', 'no-store')
        .send(body ? result : undefined);
    },
  });
}
