import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { until } from './lesson.ts';

interface Letter {
  to: string;
  subject: string;
  text: string;
}

export interface TestMailServer {
  /** What a server is started with to send through it. */
  env: Record<string, string>;
  /** The next mail to this address that was not read yet, as soon as it is there. */
  next(to: string): Promise<Letter>;
  /** How many mails to this address were not read yet. */
  count(to: string): Promise<number>;
  close(): Promise<void>;
}

/** A mail server that wants a name and a password, takes everything and passes nothing on. */
export async function startMailServer(): Promise<TestMailServer> {
  const letters: Letter[] = [];
  const login = { username: 'look', password: 'a password for mails' };
  const server = new SMTPServer({
    // Its certificate would be one that nobody knows.
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === login.username && password === login.password
        ? done(null, { user: username })
        : done(new Error('Who is that?')),
    onData: (stream, { envelope }, done) => {
      simpleParser(stream).then(({ subject = '', text = '' }: ParsedMail) => {
        for (const { address } of envelope.rcptTo) letters.push({ to: address, subject, text });
        done();
      }, done);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const place = letters;
  return {
    env: {
      SMTP_URL: `smtp://look:${encodeURIComponent(login.password)}@127.0.0.1:${port}`,
      MAIL_FROM: 'Second Look <look@school.test>',
    },
    next: async (to) => {
      const isTo = (letter: Letter) => letter.to === to;
      await until(async () => place.some(isTo));
      const [letter] = place.splice(place.findIndex(isTo), 1);
      if (!letter) throw new Error('It is gone.');
      return letter;
    },
    count: async (to) => place.filter((letter) => letter.to === to).length,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
