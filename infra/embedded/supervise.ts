import { setTimeout as pause } from 'node:timers/promises';
import { problem as problemShape } from '@second-look/core/contract';
import { ConfigError, readConfig } from '../src/config/index.ts';
import { locateFfmpeg } from '../src/ffmpeg/locate.ts';
import { claim, type HeldClaim } from './claim.ts';
import { demonstrationState, isEmpty, secretOf } from './data-dir.ts';
import { type DatabaseService, keepDatabaseRunning } from './database-service.ts';
import { hasPeople, howToBegin } from './first-run.ts';
import { logFile } from './logs.ts';
import { preflight } from './preflight.ts';
import { signalGroup } from './processes.ts';
import { keepRunning, runOnce, type Service } from './services.ts';
import { type LauncherSettings, StartProblem } from './settings.ts';
import { listenForStop } from './stop-signal.ts';

const patienceMs = 10_000;
const demonstrationPassword = 'second-look-demo';
const demonstrationPeople = [
  ['amira', 'teacher at the first school'],
  ['ben', 'teacher at the first school'],
  ['carys', 'coach at the second school'],
  ['dev', 'trust administrator and lead'],
  ['esther', 'headteacher of the first school'],
];

let held: HeldClaim | undefined;
let outsideClaim: HeldClaim | undefined;
let database: DatabaseService | undefined;
let server: Service | undefined;
let workers: Service | undefined;
let oneOffPid: number | undefined;

const children = () =>
  [server?.pid(), workers?.pid(), oneOffPid].filter((pid) => pid !== undefined);
const keepNote = () => held?.keepChildren(children());
const stop = listenForStop(() => {
  for (const pid of children()) signalGroup(pid, 'SIGKILL');
  database?.hurry();
});

function say(line: string) {
  process.stdout.write(`${line}\n`);
}

async function start(): Promise<void> {
  const launchers = takeLaunchers();
  const settings = await preflight(process.env);
  const { dataDir, databaseUrl } = settings;
  // Lessons are nobody's business on this machine but the product's.
  process.umask(0o077);
  const isNew = isEmpty(dataDir);
  const demonstration = demonstrationState(dataDir);
  if (isNew && !databaseUrl && settings.wantsDemonstration) demonstration.plan();
  held = await claim(dataDir, launchers);
  const common = commonEnvironment(settings);
  // The server and the workers would say the same, but only once the database runs; its address comes with it.
  readConfig({ ...common, DATABASE_URL: databaseUrl ?? 'postgres://127.0.0.1' });
  const ffmpeg = locateFfmpeg(process.env);
  const env = {
    ...common,
    FFMPEG_PATH: ffmpeg.ffmpegPath,
    FFPROBE_PATH: ffmpeg.ffprobePath,
  };
  stop.throwIfAborted();

  let migratorUrl = process.env.MIGRATOR_DATABASE_URL;
  if (!databaseUrl) {
    say(isNew ? 'Making the database …' : 'Starting the database …');
    database = await keepDatabaseRunning({ dataDir, say });
    outsideClaim = database.claim;
    migratorUrl = database.adminUrl;
  }
  const DATABASE_URL = databaseUrl ?? withoutCredentials(migratorUrl ?? '');
  stop.throwIfAborted();

  const migration = {
    script: 'migrations/src/migrate.ts',
    env: { ...env, DATABASE_URL, MIGRATOR_DATABASE_URL: migratorUrl },
    logFile: logFile(dataDir, 'migrations'),
  };
  const problem = await runStep(migration);
  if (problem)
    throw new StartProblem(
      `The database could not be brought to the present shape (${problem}): see ${migration.logFile}, mend what it names and start again.`,
    );

  say('Starting the server and the workers …');
  const service = (title: string, script: string, log: string, own: NodeJS.ProcessEnv = {}) =>
    keepRunning({
      title,
      script,
      env: { ...env, DATABASE_URL, ...own },
      logFile: logFile(dataDir, log),
      say: (line) => say(`${log}: ${line}`),
      onChange: keepNote,
    });
  server = service('The server', 'server/src/main.ts', 'server');
  const { METRICS_PORT } = process.env;
  // Two processes cannot listen at one port.
  const next = METRICS_PORT ? { METRICS_PORT: String(Number(METRICS_PORT) + 1) } : {};
  workers = service('The workers', 'workers/src/main.ts', 'workers', next);
  await waitUntilReady(settings);

  if (demonstration.isPending() && !databaseUrl) {
    say('Making the demonstration …');
    const step = {
      script: 'server/src/demonstration/main.ts',
      env: { ...env, DATABASE_URL },
      logFile: logFile(dataDir, 'demonstration'),
    };
    const problem = await runStep(step, true);
    if (problem)
      process.stderr.write(
        `The demonstration could not be made (${problem}): see ${step.logFile}; the next start tries again.\n`,
      );
    else demonstration.finish();
  }
  say(`Second Look is ready at ${settings.address}`);
  if (demonstration.isMade() && !databaseUrl) introduceDemonstration();
  // Only a hint: that it cannot be looked up ends nothing that runs.
  if (!(await hasPeople(DATABASE_URL, env.SECRET).catch(() => true))) say(howToBegin);
}

interface Step {
  script: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
}

/** @returns why it failed, undefined where it did not */
async function runStep(step: Step, isTalkative = false): Promise<string | undefined> {
  const said: string[] = [];
  const how = await runOnce({
    ...step,
    isTalkative,
    signal: stop,
    show: (line) => said.push(line),
    onChange: (pid) => {
      oneOffPid = pid;
      keepNote();
    },
  });
  stop.throwIfAborted();
  if (how === undefined) return undefined;
  return (said.find((line) => /^\w*error: /i.test(line)) ?? said.at(-1) ?? how).trim();
}

async function waitUntilReady({ address, dataDir }: LauncherSettings): Promise<void> {
  const ended = Promise.race([
    server?.firstEnd.then(() => 'server'),
    workers?.firstEnd.then(() => 'workers'),
  ]);
  const tellAtMs = performance.now() + patienceMs;
  let hasTold = false;
  for (;;) {
    const missing = await missingParts(address);
    stop.throwIfAborted();
    if (missing?.length === 0) return;
    if (missing && !hasTold && performance.now() > tellAtMs) {
      say(`Still waiting for the ${missing.join(' and the ')}: see ${logFile(dataDir, 'server')}.`);
      hasTold = true;
    }
    const who = await Promise.race([ended, pause(100, undefined)]);
    if (who)
      throw new StartProblem(
        `The ${who} stopped while starting: see ${logFile(dataDir, who)}, mend what it names and start again.`,
      );
  }
}

/** @returns the parts that the server cannot work with yet, undefined where it does not answer */
async function missingParts(address: string): Promise<string[] | undefined> {
  try {
    const response = await fetch(`${address}/api/health/ready`, {
      signal: AbortSignal.timeout(5_000),
    });
    if (response.status === 200) return [];
    const { fields } = problemShape.parse(await response.json());
    return fields?.map(({ path }) => path);
  } catch {
    return undefined;
  }
}

/** The environment of every process of the product; only the migration is told how to make roles. */
function commonEnvironment(settings: LauncherSettings) {
  const { MIGRATOR_DATABASE_URL: _, ...env } = process.env;
  return {
    ...env,
    NODE_ENV: env.NODE_ENV || 'production',
    // There is no other server that people could be sent to meanwhile.
    DRAIN_SECONDS: '0',
    HOST: settings.host,
    PORT: String(settings.port),
    PUBLIC_URL: settings.publicUrl,
    DATA_DIR: settings.dataDir,
    SECRET: secretOf(settings.dataDir, env),
  };
}

/** The processes that this one stops with, told by start.mjs. */
function takeLaunchers(): number[] {
  const pids = (process.env.SECOND_LOOK_LAUNCHERS ?? '').split(',').filter(Boolean).map(Number);
  delete process.env.SECOND_LOOK_LAUNCHERS;
  return pids;
}

function withoutCredentials(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = '';
  url.password = '';
  return url.href;
}

function introduceDemonstration() {
  say(`\nThis is a demonstration. Sign in with the password ${demonstrationPassword} as`);
  for (const [name, who] of demonstrationPeople)
    say(`  ${`${name}@demo.second-look.test`.padEnd(31)} ${who}`);
  say('');
}

async function stopEverything(): Promise<void> {
  await server?.stop(patienceMs);
  await workers?.stop(patienceMs);
  await database?.stop(patienceMs);
  outsideClaim?.release();
  held?.release();
}

try {
  await start();
  if (!stop.aborted)
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
} catch (error) {
  if (!stop.aborted) {
    if (!(error instanceof Error)) throw error;
    const isExpected =
      error instanceof StartProblem ||
      error instanceof ConfigError ||
      error.name === 'FfmpegProblem';
    process.stderr.write(`${isExpected ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
if (stop.aborted) say('Stopping …');
await stopEverything();
process.exit();
