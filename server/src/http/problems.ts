import { type Problem, type ProblemCode, problems } from '@second-look/core/contract';
import { sqlState } from '@second-look/infra/database';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { misfitSentence, unreadableSentence } from './misfits.ts';

/** What a feature throws to answer with one of the contract's problems. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly fields: Problem['fields'];

  constructor(code: ProblemCode, fields?: Problem['fields']) {
    super(problems[code].detail);
    this.code = code;
    this.fields = fields;
  }
}

/** The problem document of a code, as it is sent. */
export function problemDocument(
  code: ProblemCode,
  requestId: string,
  fields?: Problem['fields'],
): Problem {
  const { status, detail } = problems[code];
  const title = code.replaceAll('_', ' ');
  return { type: 'about:blank', title, status, code, detail, requestId, ...(fields && { fields }) };
}

// A refused or dangling row would tell that something exists, so it answers like what does not
// (42501 insufficient privilege, 23503 foreign key, 23505 unique).
const hidden = new Set(['42501', '23503', '23505']);

/** Turns any error into the code it answers with; `internal` is all that is said of what nobody foresaw. */
function codeOf(
  error: unknown,
  request: FastifyRequest,
): { code: ProblemCode; fields?: Problem['fields'] } {
  if (error instanceof ProblemError) return { code: error.code, fields: error.fields };
  if (hasZodFastifySchemaValidationErrors(error)) {
    if (error.validationContext === 'params') return { code: 'not_found' };
    const sent = error.validationContext === 'querystring' ? request.query : request.body;
    const fields = error.validation.map(({ instancePath, keyword, params, message }) => {
      const path = instancePath.split('/').filter(Boolean);
      const sentence = misfitSentence(keyword, params, valueAt(sent, path), message);
      return { path: path.join('.'), message: sentence };
    });
    return { code: 'invalid', fields };
  }
  if (hidden.has(sqlState(error) ?? '')) return { code: 'not_found' };
  // What would lie outside the folder of the web's files, as after a doubled slash, is not there.
  if (error instanceof Error && 'code' in error && error.code === 'FST_STATIC_FORBIDDEN_PATH') {
    return { code: 'not_found' };
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413) return { code: 'too_large' };
  if (status === 400 || status === 415) {
    const reason = error instanceof Error && 'code' in error ? error.code : undefined;
    return { code: 'invalid', fields: [{ path: '', message: unreadableSentence(reason) }] };
  }
  return { code: 'internal' };
}

function valueAt(sent: unknown, path: string[]): unknown {
  return path.reduce((value, name) => (value === null ? null : Object(value)[name]), sent);
}

export const problemPlugin = fp(async (app: FastifyInstance) => {
  app.setErrorHandler((error, request, reply) => {
    const { code, fields } = codeOf(error, request);
    if (code === 'internal') request.log.error({ err: error }, 'request failed');
    return reply
      .code(problems[code].status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problemDocument(code, request.id, fields)));
  });
});

/** Answers a request for nothing that exists, the way every refused one is answered. */
export function throwNotFound(_request: FastifyRequest): never {
  throw new ProblemError('not_found');
}
