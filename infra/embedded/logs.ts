import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const largestBytes = 10_000_000;
const errorLevel = 50;

/** @returns the path of a log in the data folder, the earlier one put aside where it has grown large */
export function logFile(dataDir: string, name: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.log`);
  if (existsSync(path) && statSync(path).size > largestBytes) renameSync(path, `${path}.1`);
  return path;
}

/**
 * Keeps all that a process says in its log file, and shows the errors among it: what it writes to stderr,
 * and the lines of its log (JSON, as pino writes it) from level 50.
 * @param show told each line for the console
 */
export function keepOutput(
  streams: { stdout: Readable; stderr: Readable },
  path: string,
  show: (line: string) => void,
): void {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  file.on('error', () => {});
  let open = 2;
  const read = (stream: Readable, shown: (line: string) => string | undefined) => {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      file.write(`${line}\n`);
      const text = shown(line);
      if (text !== undefined) show(text);
    });
    lines.on('close', () => {
      open -= 1;
      if (open === 0) file.end();
    });
  };
  read(streams.stdout, errorIn);
  read(streams.stderr, (line) => errorIn(line) ?? (isLogLine(line) ? undefined : line));
}

function errorIn(line: string): string | undefined {
  if (!isLogLine(line)) return undefined;
  try {
    const { level, msg, err } = JSON.parse(line);
    if (typeof level !== 'number' || level < errorLevel) return undefined;
    return [msg, err?.message]
      .filter((part, at, all) => part && all.indexOf(part) === at)
      .join(': ');
  } catch {
    return undefined;
  }
}

function isLogLine(line: string): boolean {
  return line.startsWith('{"level":');
}
