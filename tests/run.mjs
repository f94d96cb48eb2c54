// Plain JavaScript for any Node from 18: `npm test` runs it before there is another.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandProblem, runInView, runQuietly, say } from '../infra/embedded/commands.mjs';
import {
  buildWeb,
  installPackages,
  ownFolder,
  prepareToolchain,
  root,
} from '../infra/embedded/toolchain.mjs';
import { findCaddy } from './caddy.mjs';
import { findChromium } from './chromium.mjs';
import { findRedis } from './redis.mjs';

// A developer's own settings must not lead the tests to their data.
const settings = [
  ...['PORT', 'HOST', 'DATA_DIR', 'PUBLIC_URL', 'SECRET'],
  ...['DATABASE_URL', 'MIGRATOR_DATABASE_URL', 'REDIS_URL', 'NODE_ENV', 'DEMONSTRATION'],
];
const isFull = process.argv.includes('--full');
const further = process.argv.slice(2).filter((word) => word !== '--full');
const report = join(ownFolder, 'test-results.json');

/** @type {{ title: string, seconds: number, hasPassed: boolean }[]} */
const steps = [];
/** What could not be tested here, and what it would take. @type {string[]} */
const gaps = [];

try {
  const toolchain = await prepareToolchain();
  const { node, pnpm, env } = toolchain;
  for (const name of settings) delete env[name];
  if (!process.stdout.isTTY) env.NO_COLOR = '1';
  await installPackages(toolchain);
  const pnpmRun = (...words) => runInView(node, [pnpm, ...words], { cwd: root, env });
  await step('Format and lint', () => pnpmRun('--silent', 'run', 'lint'));
  await step('Types', () => pnpmRun('--silent', 'run', 'types'));
  await step('Unused code', () => pnpmRun('--silent', 'run', 'unused'));
  await step('Web pages', () => buildWeb(toolchain).then(() => 0));
  await step(isFull ? 'Tests, the full tier' : 'Tests', () => runTests(toolchain));
} catch (error) {
  if (!(error instanceof CommandProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
summarise();

/** @param {import('../infra/embedded/toolchain.mjs').Toolchain} toolchain */
async function runTests(toolchain) {
  const { node, pnpm, env } = toolchain;
  env.CHROMIUM_PATH = await findChromium(toolchain);
  const redis = await findRedis();
  if (redis) env.REDIS_SERVER_PATH = redis;
  else gaps.push('There is no redis-server here: install it to test the queue on Redis.');
  await runQuietly(
    node,
    [
      '--input-type=module',
      '--eval',
      "import { locateFfmpeg } from './infra/src/ffmpeg/locate.ts'; locateFfmpeg(process.env);",
    ],
    { cwd: root, env, problem: 'The tests need ffmpeg 5 or later and found none' },
  );
  if (isFull) {
    env.TEST_TIER = 'full';
    const caddy = await findCaddy();
    if (caddy) env.CADDY_PATH = caddy;
    else gaps.push('There is no caddy here: install it to test the reverse proxy.');
  }
  rmSync(report, { force: true });
  mkdirSync(ownFolder, { recursive: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const words = [pnpm, '--silent', 'exec', 'vitest', 'run', ...reporters, ...further];
  return runInView(node, words, { cwd: root, env });
}

/** @param {string} title @param {() => Promise<number>} work */
async function step(title, work) {
  say(`\n=== ${title}`);
  const startedAt = Date.now();
  let code = 1;
  try {
    code = await work();
  } finally {
    const seconds = (Date.now() - startedAt) / 1_000;
    steps.push({ title, seconds, hasPassed: code === 0 });
    if (code !== 0) process.exitCode = 1;
  }
}

function summarise() {
  say('');
  for (const { title, seconds, hasPassed } of steps)
    say(`${hasPassed ? 'passed' : 'FAILED'}  ${title} (${seconds.toFixed(1)} s)`);
  for (const gap of gaps) say(`skipped ${gap}`);
  const counts = readReport();
  const passed = steps.filter(({ hasPassed }) => hasPassed).length;
  const ran = `${passed} of ${steps.length} steps passed`;
  if (!counts) return say(`No tests were counted; ${ran}`);
  const failed = counts.failed > 0 ? `, ${counts.failed} FAILED` : '';
  say(
    `${counts.passed} tests passed, ${counts.skipped} skipped${failed} in ${counts.files} files; ${ran}`,
  );
}

function readReport() {
  if (!steps.some(({ title }) => title.startsWith('Tests'))) return undefined;
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(readFileSync(report, 'utf8'));
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests + numTodoTests,
      files: testResults.length,
    };
  } catch {
    return undefined;
  }
}
