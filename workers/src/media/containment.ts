/**
 * What ffmpeg and ffprobe run inside: lower priority, a bound on memory, next to no environment,
 * and an end when the worker ends. Each part is used where the machine has it.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export type Limits = { memoryBytes: number };

/** A command line in front of the binary's own arguments, and its environment. */
export type Contained = {
  command: string;
  leadingArguments: string[];
  environment: Record<string, string>;
};

const gibibyte = 1024 ** 3;

/** Address space, not resident memory: thread stacks of a many-core machine count in full. */
export const encodeLimits: Limits = { memoryBytes: 8 * gibibyte };
export const probeLimits: Limits = { memoryBytes: 2 * gibibyte };

/**
 * Ends the child when its own standard input closes, which happens however the worker ends.
 * For systems without `setpriv --pdeathsig`.
 */
const keeper = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ cat <&3 >/dev/null; kill -KILL "$child"; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$child"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;

/** How to start `binaryPath` inside these limits on this machine. */
export async function contain(binaryPath: string, limits: Limits): Promise<Contained> {
  const [hasDeathSignal, hasMemoryLimit, hasNice] = await machineOffers();
  const words = [
    ...(hasDeathSignal ? deathSignal : ['/bin/sh', '-c', keeper, 'keeper']),
    ...(hasMemoryLimit ? ['prlimit', `--as=${limits.memoryBytes}`] : []),
    ...(hasNice ? ['nice', '-n', '10'] : []),
    binaryPath,
  ];
  const [command = binaryPath, ...leadingArguments] = words;
  return { command, leadingArguments, environment };
}

const deathSignal = ['setpriv', '--pdeathsig', 'KILL'];

const environment = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  // glibc reserves 64 MiB of address space per arena, which would use up the limit on memory.
  MALLOC_ARENA_MAX: '2',
  // Statically linked builds crash on any MPEG-TS that names its channel, by loading the system's
  // character tables into their own C library. Without the tables they go on without the name.
  GCONV_PATH: '/nonexistent',
};

let offers: Promise<[boolean, boolean, boolean]> | undefined;

function machineOffers() {
  offers ??= Promise.all([
    works(...deathSignal, 'true'),
    works('prlimit', `--as=${gibibyte}`, 'true'),
    works('nice', '-n', '10', 'true'),
  ]);
  return offers;
}

// Tried instead of looked up: BusyBox has a setpriv that doesn't know the option.
async function works(command = '', ...args: string[]): Promise<boolean> {
  return execute(command, args, { timeout: 5000 }).then(
    () => true,
    () => false,
  );
}
