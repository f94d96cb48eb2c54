import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { diceOf } from '../access/dice.ts';
import {
  cleanUp,
  newDataDir,
  processesOn,
  startSupervisor,
  unusedPort,
} from '../launcher/supervisor.ts';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { secondLook } from '../operate/second-look.ts';
import { type Client, signIn } from '../world/client.ts';
import { until, uploaded } from '../world/lesson.ts';
import { fetchRenditions, framesOf } from '../world/playing.ts';
import { itFully } from '../world/tier.ts';

/** `FAULTS_SEED=17` kills at the same places again, as far as machines do the same twice. */
const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);
const kills = 16;
const admin = { email: 'admin@school.test', password: 'a password for tests' };

let folder: string;
/** H.264 and AAC of 3 min 45 s, and MPEG-4 of 2: one is packaged at once, one made piece by piece. */
let films: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-look-faults-'));
  const { ffmpegPath } = await mediaTools();
  const film = await fixture('landscape.mp4', ffmpegPath);
  films = [join(folder, 'phone.mp4'), join(folder, 'camera.avi')];
  const run = (words: string[]) =>
    promisify(execFile)(ffmpegPath, ['-v', 'error', '-nostdin', ...words]);
  await run(['-stream_loop', '24', '-i', film, '-c', 'copy', films[0] ?? '']);
  await run(['-stream_loop', '12', '-i', film, '-c:v', 'mpeg4', '-bf', '0', films[1] ?? '']);
});
afterEach(cleanUp);
afterAll(() => rm(folder, { recursive: true, force: true }));

itFully(
  `whatever is killed while lessons are prepared, they get ready by themselves (FAULTS_SEED=${seed})`,
  async () => {
    const dataDir = newDataDir();
    const supervisor = startSupervisor({ DATA_DIR: dataDir, PORT: await unusedPort() });
    await supervisor.says('Second Look is ready at ');
    const address = /http:\S+/.exec(supervisor.said())?.[0] ?? '';
    const words = ['--organisation', 'A school', '--kind', 'school', '--name', 'Dev'];
    const made = await secondLook(
      ['admin', 'create', ...words, '--email', admin.email, '--password-stdin'],
      { DATA_DIR: dataDir },
      admin.password,
    );
    expect(made).toMatchObject({ code: 0 });
    const dev = await signIn(address, admin.email, admin.password);
    const ids: string[] = [];
    const brought: string[] = [];
    const bring = async (film: string) => {
      ids.push(await uploaded(dev, await readFile(film), { filename: film }));
      brought.push(film);
    };
    for (const film of films) await bring(film);

    const dice = diceOf(seed);
    const killed: string[] = [];
    while (killed.length < kills) {
      // A fast machine is ready before enough was killed.
      if (await areReady(dev, ids)) await bring(films[0] ?? '').catch(() => {});
      await pause(dice.any([100, 400, 900, 1_700, 3_000]));
      // There are seldom more than two of them, and they end soon.
      const ffmpegs = ffmpegsOn(dataDir);
      const victims = ffmpegs.length > 0 && dice.once(2) ? ffmpegs : processesOf(dataDir);
      if (victims.length === 0) continue;
      const victim = dice.any(victims);
      try {
        process.kill(victim.pid, 'SIGKILL');
        killed.push(victim.name);
      } catch {
        // It has ended meanwhile.
      }
    }
    process.stderr.write(`killed: ${killed.join(', ')}\n`);
    await until(() => areReady(dev, ids), 500);

    for (const [index, id] of ids.entries()) {
      const film = brought[index] ?? '';
      const renditions = await fetchRenditions(dev, id, folder);
      const pictures = renditions.filter(({ kind }) => kind === 'video');
      expect(pictures.length).toBeGreaterThan(1);
      for (const { path } of pictures)
        expect(await framesOf(path, 'v:0'), film).toBe(await framesOf(film, 'v:0'));
    }
    await until(async () => ffmpegsOn(dataDir).length === 0);
    const check = await secondLook(['check'], { DATA_DIR: dataDir });
    expect([check.code, check.out]).toEqual([0, expect.stringContaining('All is well')]);
  },
);

/** While something is away, nobody knows. */
async function areReady(client: Client, ids: string[]): Promise<boolean> {
  const answers = await Promise.all(
    ids.map((id) => client.ask('GET', `/api/recordings/${id}`).catch(() => undefined)),
  );
  const states = answers.map((answer) => answer?.json?.state);
  expect(states).not.toContain('failed');
  return states.every((state) => state === 'ready');
}

interface Victim {
  pid: number;
  name: string;
}

/** The server, the workers, the database; none where they are being started again just now. */
function processesOf(dataDir: string): Victim[] {
  try {
    return processesOn(dataDir).map(({ pid }) => ({ pid, name: nameOf(pid) }));
  } catch {
    return [];
  }
}

function ffmpegsOn(dataDir: string): Victim[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const line = commandLine(Number(name));
    return line.includes('ffmpeg') && line.includes(dataDir)
      ? [{ pid: Number(name), name: 'ffmpeg' }]
      : [];
  });
}

function nameOf(pid: number): string {
  return /server|workers|postgres/.exec(commandLine(pid))?.[0] ?? 'another';
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
