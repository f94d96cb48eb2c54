import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Config } from '../config/index.ts';

/** A mail to one person, in plain words. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Returns when the next server has taken it, or it is on the disk. @throws Error where it was not */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** A server that is away must not keep people waiting for long. */
const patienceMs = 15_000;

/**
 * Sends mails through the server that the configuration names; without one, each becomes a file in
 * `DATA_DIR/outbox`, for whoever runs the machine.
 */
export function openMailer(config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir'>): Mailer {
  const { smtpUrl, mailFrom: from, dataDir } = config;
  if (smtpUrl === undefined) return openOutbox(join(dataDir, 'outbox'), from);
  const limits = { connectionTimeout: patienceMs, greetingTimeout: patienceMs };
  const transport = createTransport({ url: smtpUrl, pool: true, socketTimeout: 60_000, ...limits });
  return {
    send: async (mail) => void (await transport.sendMail({ from, ...mail })),
    close: () => transport.close(),
  };
}

function openOutbox(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail) {
      const { message } = await transport.sendMail({ from, ...mail });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID()}.eml`;
      // Links in it open accounts: it is for nobody but whoever runs the machine.
      await writeFile(join(folder, name), message as Buffer, { mode: 0o600 });
    },
    close: () => transport.close(),
  };
}
