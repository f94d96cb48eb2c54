import { parseArgs } from 'node:util';
import { type Command, type ExitCode, OperatorProblem, UsageProblem } from './command.ts';
import { commands } from './commands.ts';
import { helpOf, overview } from './help.ts';
import { type Installation, openInstallation } from './installation.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stopping.abort());
// A closed terminal takes no more lines, and that is no reason to leave anything half done.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

async function operate(argv: string[]): Promise<ExitCode> {
  const [first = 'help'] = argv;
  if (first === 'help' || first === '--help' || first === '-h') return explain(argv.slice(1));
  const { name, command } = find(argv);
  const args = argv.slice(name.split(' ').length);
  const { values, positionals } = understand(name, command, args);
  if (values.help) return explain([name]);
  // What is written down here is nobody's business on this machine but the product's.
  process.umask(0o077);
  const installation = await openInstallation(process.env, {
    mayMake: command.mayMakeDatabase ?? false,
    tell: complain,
  });
  return untilDone(command, installation, { words: positionals, options: values });
}

/** Runs the command, or leaves it where the operator asks it to stop, and closes what was opened for it. */
async function untilDone(
  command: Command,
  installation: Installation,
  asked: { words: string[]; options: Record<string, unknown> },
): Promise<ExitCode> {
  const { signal } = stopping;
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new OperatorProblem('It was stopped before it was done.'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([command.run({ installation, ...asked, say, signal }), stopped]);
  } finally {
    await installation.close();
  }
}

function explain(words: string[]): ExitCode {
  if (words.length === 0) say(overview(commands));
  else {
    const { name, command } = find(words);
    say(helpOf(name, command));
  }
  return 0;
}

/** A command's name may be two words, `admin create`. */
function find(words: string[]): { name: string; command: Command } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) return { name, command };
  }
  throw new UsageProblem(`There is no command "${words[0]}". See: second-look help`);
}

function understand(name: string, command: Command, args: string[]) {
  const how = `See: second-look ${name} --help`;
  const [least, most] = command.words;
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } as const };
    const found = parseArgs({ args, options, allowPositionals: true });
    const given = found.positionals.length;
    if (!found.values.help && (given < least || given > most))
      throw new UsageProblem(
        `It is called as: second-look ${name} ${command.usage}`.trimEnd().concat(`. ${how}`),
      );
    return found;
  } catch (error) {
    if (error instanceof UsageProblem) throw error;
    const [sentence = ''] = (error as Error).message.split(/\.?( To |$)/m);
    throw new UsageProblem(`${sentence}. ${how}`);
  }
}

/** One sentence for the operator; where a library gave none, what it said. */
function sentenceFor(error: unknown): string {
  // drizzle's own message is the whole query, the driver's below it what went wrong.
  if (error instanceof Error && error.cause instanceof Error) return sentenceFor(error.cause);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED')
    return 'The database or another engine does not answer at its address: start it, or mend its address in the settings.';
  if (code === '28P01')
    return "The database refuses the login: set SECRET to the one that the database's logins were made with, or run second-look migrate with the new one.";
  return message || String(error);
}

try {
  process.exitCode = await operate(process.argv.slice(2));
} catch (error) {
  complain(sentenceFor(error));
  process.exitCode = error instanceof UsageProblem ? 2 : 1;
}
process.exit();
