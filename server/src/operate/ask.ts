import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Talks with the operator at the terminal; where nobody is there, each question is answered with `undefined`. */
export interface Questions {
  ask(question: string): Promise<string | undefined>;
  /** Shows nothing of what is typed. */
  askSecretly(question: string): Promise<string | undefined>;
  /** The first line of standard input, without its end. */
  firstLine(): Promise<string>;
  close(): void;
}

export function openQuestions(): Questions {
  const { stdin, stdout } = process;
  let isSecret = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isSecret) stdout.write(chunk);
      done();
    },
  });
  const terminal = stdin.isTTY && stdout.isTTY;
  const lines = createInterface({ input: stdin, output, terminal });
  return {
    ask: async (question) => (terminal ? lines.question(question) : undefined),
    async askSecretly(question) {
      if (!terminal) return undefined;
      stdout.write(question);
      isSecret = true;
      try {
        return await lines.question('');
      } finally {
        isSecret = false;
        stdout.write('\n');
      }
    },
    async firstLine() {
      for await (const line of lines) return line;
      return '';
    },
    close: () => lines.close(),
  };
}
