import { pino } from 'pino';
import { sqlState } from '../database/index.ts';

export type { Logger } from 'pino';

/**
 * A structured log on standard output: no titles, names, e-mail addresses, cookies or tokens, because
 * whoever reads logs is not whom a lesson was shared with.
 * @param part which process speaks: `server` or `workers`
 */
export function openLog(part: string, level: string) {
  return pino({
    level,
    base: { part },
    serializers: {
      err: describeError,
      // What is searched for stands behind the question mark.
      req: ({ method, url }: { method: string; url: string }) => ({
        method,
        path: url.split('?')[0],
      }),
    },
  });
}

/**
 * What may be written down of an error. A failed query quotes the values it came with, and PostgreSQL quotes
 * them back, so of such an error, and of one that wraps it, no message is kept.
 */
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error };
  const chain = causesOf(error);
  const isOfQuery = sqlState(error) !== undefined || chain.some((cause) => 'query' in cause);
  return {
    type: error.constructor.name,
    code: chain.map((cause) => ('code' in cause ? cause.code : undefined)).find(isCode),
    ...(!isOfQuery && { message: chain.map(({ message }) => message).join(': ') }),
    stack: chain.map(framesOf).join('\ncaused\n'),
  };
}

function causesOf(error: Error): Error[] {
  return error.cause instanceof Error ? [error, ...causesOf(error.cause)] : [error];
}

function isCode(code: unknown): code is string {
  return typeof code === 'string' && /^\w+$/.test(code);
}

/** Where an error arose, without its message, which a stack begins with and which may have many lines. */
function framesOf({ stack = '', message }: Error): string {
  const start = stack.indexOf(message);
  if (start === -1) return '';
  const lines = stack.slice(start + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
