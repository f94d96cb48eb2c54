import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@second-look/migrations/migrate';
import pg from 'pg';
import { openCluster } from '../../infra/embedded/cluster.ts';
import { type RunningPostgres, startPostgres } from '../../infra/embedded/postgres.ts';
import { unprivilegedAccount } from '../../infra/embedded/postgres-binaries.ts';
import { inTurns, say, spread } from './round.ts';

const script = fileURLToPath(new URL('../../server/src/operate/main.ts', import.meta.url));
const secret = 'a secret for measuring, and for nothing else';
const lessonBytes = 50_000_000;
const notesEach = 1_000;

/**
 * A restore from start to end, of lessons of 50 MB with a thousand notes each, against a plain copy of the
 * same objects that is flushed, and against one whose checksums are computed as well. No aim was set for it.
 * @param sizeBytes of all objects
 */
export async function restore(sizeBytes: number, rounds: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'second-look-bench-'));
  const account = unprivilegedAccount();
  if (account) chownSync(home, account.uid, account.gid);
  const cluster = openCluster(join(home, 'database'), account);
  const postgres = await startPostgres(cluster, { logFile: join(home, 'database.log') });
  try {
    const backup = join(home, 'backup');
    const original = await newPlace(postgres, join(home, 'original'), 'original');
    await migrate({ adminUrl: original.DATABASE_URL, secret });
    await fill(original, Math.max(1, Math.round(sizeBytes / lessonBytes)));
    await secondLook(['backup', backup], original);

    const target = join(home, 'target');
    let round = 0;
    const ours = async () => {
      round += 1;
      const env = await newPlace(postgres, target, `restored_${round}`);
      return timed(sizeBytes, target, () => secondLook(['restore', backup], env));
    };
    const checked: number[] = [];
    const peer = async () => {
      let copied = 0;
      const withSums = await timed(sizeBytes, target, async (speed) => {
        plainly('cp', ['-r', join(backup, 'objects'), target]);
        plainly('sync', ['-f', target]);
        copied = speed();
        plainly('find', [target, '-type', 'f', '-exec', 'sha256sum', '{}', '+']);
      });
      checked.push(withSums);
      return copied;
    };
    const measured = await inTurns(rounds, { ours, peer });
    const tell = (what: string, speeds: number[]) => {
      const ratios = measured.ours.map((speed, index) => speed / (speeds[index] ?? 1));
      process.stdout.write(`  ÷ ${what}: ${spread(ratios)}; ${spread(speeds, 0)} MB/s\n`);
    };
    process.stdout.write(
      `Restore of ${(sizeBytes / 1e6).toFixed(0)} MB: ${spread(measured.ours, 0)} MB/s (n = ${rounds})\n`,
    );
    tell('cp -r of the same objects and a sync of their file system', measured.peer);
    tell('the same and a sha256sum of each', checked);
  } finally {
    await postgres.stop(10_000);
    rmSync(home, { recursive: true, force: true });
  }
}

/** A database and a data folder of their own. @returns what commands are started with */
async function newPlace(postgres: RunningPostgres, dataDir: string, name: string) {
  const client = new pg.Client({ connectionString: postgres.adminUrl('postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = postgres.adminUrl(name);
  return { DATABASE_URL: url, MIGRATOR_DATABASE_URL: url, SECRET: secret, DATA_DIR: dataDir };
}

/** Lessons whose bytes no disk can make less of. */
async function fill(env: { DATABASE_URL: string; DATA_DIR: string }, lessons: number) {
  say(`  Making ${lessons} lessons of ${lessonBytes / 1e6} MB`);
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  await client.query(
    `insert into auth."user" (id, name, email) values (gen_random_uuid(), 'A teacher', 'teacher@bench.test')`,
  );
  await client.query(
    `with r as (
       insert into recording (id, owner_id, client_id, title)
       select gen_random_uuid(), u.id, gen_random_uuid(), 'Measured' from auth."user" u, generate_series(1, $1)
       returning id, owner_id),
     s as (
       insert into source (id, recording_id, object_key, filename, content_type, size_bytes)
       select gen_random_uuid(), id, format('recordings/%s/source/x', id), 'x.mp4', 'video/mp4', $2 from r)
     insert into annotation (id, recording_id, author_id, client_id, start_ms, kind, body)
     select gen_random_uuid(), r.id, r.owner_id, gen_random_uuid(), n, 'notice', repeat('word ', 20)
     from r, generate_series(1, $3) n`,
    [lessons, lessonBytes, notesEach],
  );
  const { rows } = await client.query<{ key: string }>('select object_key as key from source');
  await client.end();
  for (const { key } of rows) {
    const path = join(env.DATA_DIR, 'objects', key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, randomBytes(lessonBytes));
  }
}

async function secondLook(words: string[], env: Record<string, string>): Promise<void> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [script, ...words], {
    env: { PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`second-look ${words[0]} ended with ${code}.`);
}

function plainly(program: string, words: string[]) {
  const { status } = spawnSync(program, words, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} failed.`);
}

/**
 * @param work may ask how fast it was so far
 * @returns MB/s; what was made in the target is removed afterwards
 */
async function timed(
  sizeBytes: number,
  target: string,
  work: (speed: () => number) => Promise<void>,
) {
  mkdirSync(target, { recursive: true });
  const startedAt = performance.now();
  const speed = () => sizeBytes / 1e3 / (performance.now() - startedAt);
  await work(speed);
  const whole = speed();
  rmSync(target, { recursive: true });
  return whole;
}
