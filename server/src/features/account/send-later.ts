import type { Mail, Mailer } from '@second-look/infra/mail';
import type { FastifyBaseLogger } from 'fastify';

export type SendLater = (mail: Mail) => void;

/** Sends without keeping anybody waiting: how long it takes would tell whether an address is known. */
export function sendLater(mailer: Mailer, log: FastifyBaseLogger): SendLater {
  return (mail) => {
    mailer.send(mail).catch((error: unknown) => logUnsent(log, error));
  };
}

/** What mail servers say names who was written to, so only their codes are kept. */
export function logUnsent(log: FastifyBaseLogger, error: unknown): void {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  log.error({ code, responseCode }, 'a mail could not be sent');
}
