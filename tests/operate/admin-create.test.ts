import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '../world/client.ts';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import { endProcesses, freePort, startServerProcess } from '../world/processes.ts';
import type { TestPlace } from '../world/server.ts';
import { secondLook } from './second-look.ts';

const main = fileURLToPath(new URL('../../server/src/operate/main.ts', import.meta.url));
const password = 'a password of her own';
const words = [
  ...['admin', 'create', '--organisation', 'Fernhill Trust', '--kind', 'trust'],
  ...['--name', 'Dev Malhotra', '--email', 'Dev@Fernhill.test', '--password-stdin'],
];

let database: TestDatabase;
let dataDir: string;
let env: Record<string, string>;
beforeEach(async () => {
  database = await freshDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'second-look-test-'));
  env = { DATABASE_URL: database.databaseUrl, SECRET: database.secret, DATA_DIR: dataDir };
});
afterEach(async () => {
  await endProcesses();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function counted() {
  const { rows } = await database.as('admin').pool.query(`
    select (select count(*)::int from organisation) as organisations,
      (select count(*)::int from auth."user") as people`);
  return rows[0];
}

describe('the first administrator', () => {
  it('is made with the organisation, and signs in', async () => {
    const made = await secondLook(words, env, `${password}\n`);
    expect(made).toMatchObject({ code: 0, errors: '' });
    expect(made.out).toContain('Fernhill Trust is made, and dev@fernhill.test can sign in.');
    expect(made.out).not.toContain(password);
    const server = await startServerProcess({ env } as TestPlace, await freePort());
    const dev = await signIn(server.address, 'dev@fernhill.test', password);
    expect(await dev.get('/api/me')).toMatchObject({
      name: 'Dev Malhotra',
      organisations: [{ name: 'Fernhill Trust', kind: 'trust', role: 'admin' }],
    });
  });

  it('is made once, also by two at the same moment', async () => {
    const both = await Promise.all([1, 2].map(() => secondLook(words, env, password)));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    const again = await secondLook(
      words.map((word) => word.replace('Dev@', 'other@').replace('Fernhill', 'Other')),
      env,
      password,
    );
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.errors).toMatch(/^There are accounts already.*\.\n$/);
    expect(await counted()).toEqual({ organisations: 1, people: 1 });
  });

  it.each([
    ['a short password', words, 'too short', 'The password needs 12 characters'],
    ['no password', words, '', 'The password needs 12 characters'],
    ['an address that is none', words.with(9, 'dev'), password, 'The email is no e-mail address'],
    ['another kind', words.with(5, 'college'), password, 'The kind is "school" or "trust"'],
    ['nobody to ask', words.slice(0, -1), password, 'use --password-stdin'],
    ['no name', words.toSpliced(6, 2), password, '--name is missing'],
  ])('is not made of %s', async (_, given, input, sentence) => {
    const refused = await secondLook(given, env, input);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.errors).toContain(sentence);
    expect(await counted()).toEqual({ organisations: 0, people: 0 });
  });

  it('is asked for at a terminal, where the password is not shown', async () => {
    const answers = ['Hillside School', 'school', 'Ffion Rees', 'ffion@hillside.test'];
    const shown = await atTerminal([...answers, password, password]);
    expect(shown).toContain('Hillside School is made');
    expect(shown).not.toContain(password);
    expect(await counted()).toEqual({ organisations: 1, people: 1 });
  });

  it('is asked for again, question by question, where an answer will not do', async () => {
    const answers = ['', 'Hillside School', 'college', 'school', 'Ffion Rees'];
    const addresses = ['ffion', 'ffion@hillside.test'];
    const shown = await atTerminal([...answers, ...addresses, 'short', password, password]);
    expect(shown.match(/^The .* Please answer again\.\r?$/gm)).toHaveLength(4);
    expect(shown).toContain('Hillside School is made, and ffion@hillside.test can sign in.');
    expect(shown).toContain('The address is https://lessons.hillside.test');
    expect(await counted()).toEqual({ organisations: 1, people: 1 });
  });

  it('is not asked for where there is an account already', async () => {
    await secondLook(words, env, password);
    const shown = await atTerminal([]);
    expect(shown).toMatch(/^There are accounts already.*\.\r?\n$/);
  });

  it('is not made where the two passwords differ', async () => {
    const answers = ['Hillside School', 'school', 'Ffion Rees', 'ffion@hillside.test'];
    const shown = await atTerminal([...answers, password, `${password}!`]);
    expect(shown).toContain('The two passwords differ');
    expect(await counted()).toEqual({ organisations: 0, people: 0 });
  });
});

/** Types one line after each question. @returns all that the terminal showed */
function atTerminal(lines: string[]): Promise<string> {
  const command = `"${process.execPath}" "${main}" admin create`;
  const { PATH = '' } = process.env;
  const terminal = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
    env: { PATH, PUBLIC_URL: 'https://lessons.hillside.test', ...env },
  });
  const left = [...lines];
  let shown = '';
  let answered = 0;
  terminal.stdout.on('data', (bytes) => {
    shown += bytes;
    const asked = shown.match(/(: |\? )/g)?.length ?? 0;
    const next = asked > answered ? left.shift() : undefined;
    if (next === undefined) return;
    answered += 1;
    terminal.stdin.write(`${next}\n`);
  });
  return new Promise((resolve) => terminal.on('close', () => resolve(shown)));
}
