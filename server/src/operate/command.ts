import type { ParseArgsConfig } from 'node:util';
import type { Shape } from '@second-look/migrations/shape';
import type { Installation } from './installation.ts';

/** 0: fine. 1: it failed, or found something. 2: it was called wrongly. */
export type ExitCode = 0 | 1 | 2;

/** One thing that an operator can ask for, `second-look <its name> …`. */
export interface Command {
  /** What follows its name, as help shows it: `<folder>`. */
  usage: string;
  /** One line for the list of commands. */
  summary: string;
  /** What it does, what it needs and what it says, in paragraphs. */
  help: string;
  options?: NonNullable<ParseArgsConfig['options']>;
  /** How many words may follow its name, least and most. */
  words: [number, number];
  run(work: CommandWork): Promise<ExitCode>;
}

export interface CommandWork {
  /**
   * Opens what it works on; it is closed when the command ends.
   * @param options.mayBeBehind whether it can work on the database of an earlier release
   * @throws ConfigError, StartProblem; DatabaseProblem where the database has to be migrated first
   */
  open(options?: { mayBeBehind: boolean }): Promise<Installation & { shape: Shape }>;
  /**
   * Opens what it makes anew: the database has no shape yet, and the embedded one may not be there.
   * @throws ConfigError, StartProblem
   */
  openBare(): Promise<Installation>;
  /** What followed the command's name, options apart. */
  words: string[];
  /** The options by name. */
  options: Record<string, unknown>;
  /** Tells the operator a line of the result. */
  say(line: string): void;
}

/** Something that keeps a command from its work; its message is a sentence that says what to do. */
export class OperatorProblem extends Error {}

/** The command was called wrongly; its message says how. */
export class UsageProblem extends Error {}
