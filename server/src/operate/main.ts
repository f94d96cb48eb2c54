import { parseArgs } from 'node:util';
import { sqlState } from '@second-look/infra/database/sql-state';
import { explain as explainDatabase } from '@second-look/infra/database/trouble';
import { readShape, refuseBehind } from '@second-look/migrations/shape';
import { asOwner } from './backups/owner.ts';
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
  if (first === 'help' || first === '--help' || first === '-h') return tellMore(argv.slice(1));
  const { name, command } = await find(argv);
  const args = argv.slice(name.split(' ').length);
  const { values, positionals } = understand(name, command, args);
  if (values.help) return tellMore([name]);
  // What is written down here is nobody's business on this machine but the product's.
  process.umask(0o077);
  return untilDone(command, positionals, values);
}

/** Runs the command, or leaves it where the operator asks it to stop, and closes what it opened. */
async function untilDone(
  command: Command,
  words: string[],
  options: Record<string, unknown>,
): Promise<ExitCode> {
  const { signal } = stopping;
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new OperatorProblem('It was stopped before it was done.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  let opening: Promise<Installation> | undefined;
  const openAs = (mayMake: boolean) => {
    opening = openInstallation(process.env, { mayMake, tell: complain });
    return opening;
  };
  const openBare = () => openAs(true);
  const open = async ({ mayBeBehind } = { mayBeBehind: false }) => {
    const installation = await openAs(false);
    const shape = await asOwner(installation.config, 'begin', readShape);
    if (shape.isBare || !mayBeBehind) refuseBehind(shape);
    return { ...installation, shape };
  };
  try {
    return await Promise.race([command.run({ open, openBare, words, options, say }), stopped]);
  } catch (error) {
    const installation = await opening;
    // Where nothing answers, whoever asked has said what it was: the queue or the store as well.
    const isOfDatabase = installation !== undefined && sqlState(error) !== undefined;
    throw isOfDatabase ? explainDatabase(error, installation.config.databaseUrl) : error;
  } finally {
    await (await opening?.catch(() => undefined))?.close();
  }
}

async function tellMore(words: string[]): Promise<ExitCode> {
  if (words.length === 0) say(overview(await loadAll()));
  else {
    const { name, command } = await find(words);
    say(helpOf(name, command));
  }
  return 0;
}

async function loadAll(): Promise<Record<string, Command>> {
  const loading = Object.entries(commands).map(async ([name, load]) => [name, await load()]);
  return Object.fromEntries(await Promise.all(loading));
}

/** A command's name may be two words, `admin create`. */
async function find(words: string[]): Promise<{ name: string; command: Command }> {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load) return { name, command: await load() };
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
  if (!(error instanceof Error)) return String(error);
  // drizzle's own message is the whole query, the driver's below it what went wrong.
  if ('query' in error && error.cause instanceof Error) return sentenceFor(error.cause);
  return error.message || error.name;
}

try {
  process.exitCode = await operate(process.argv.slice(2));
} catch (error) {
  complain(sentenceFor(error));
  process.exitCode = error instanceof UsageProblem ? 2 : 1;
}
process.exit();
