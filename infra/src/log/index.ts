import { pino } from 'pino';

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
    redact: ['req.headers.cookie', 'req.headers.authorization', 'res.headers["set-cookie"]'],
  });
}
