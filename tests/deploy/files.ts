import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { settingNames } from '@second-look/infra/config';
import { expect } from 'vitest';
import { parse } from 'yaml';

export const run = promisify(execFile);

/** A file of the project as text. @param path from its root */
export const read = (path: string) => readFile(pathOf(path), 'utf8');
export const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  networks: string[];
  ports?: string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  user?: string;
  stop_grace_period?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
}

export async function readCompose(): Promise<Compose> {
  return parse(await read('docker-compose.yml'), { merge: true });
}

/** The lines `NAME=value` of a file of settings. */
export function variablesOf(text: string): Record<string, string> {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(lines);
}

/** Seconds, from `30s` or `1m`. */
export function secondsOf(text: string | undefined): number {
  const [, count, unit] = /^(\d+)([sm])$/.exec(text ?? '') ?? [];
  if (count === undefined) throw new Error(`${text} is no length of time.`);
  return Number(count) * (unit === 'm' ? 60 : 1);
}

// What is not read by infra/src/config: the launcher's, the operator's, and ffmpeg's.
export const otherSettings = [
  'DEMONSTRATION',
  'MIGRATOR_DATABASE_URL',
  'FFMPEG_PATH',
  'FFPROBE_PATH',
];
/** Every variable that may be set for the product. */
export const known = [...settingNames, ...otherSettings, 'NODE_ENV'];

/** Insists that the operator's program has a command of this name. */
export async function insistOnCommand(name: string) {
  const { stdout } = await run(process.execPath, [pathOf('server/src/operate/main.ts'), 'help']);
  expect(stdout).toMatch(new RegExp(`^\\s+(second-look )?${name}\\b`, 'm'));
}
