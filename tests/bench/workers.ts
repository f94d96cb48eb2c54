import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { wanderingLesson } from '../e2e/lesson.ts';
import { startProcess } from '../world/processes.ts';
import { looped } from './films.ts';
import { openPlace, type Place, sendFilm, untilIs } from './place.ts';
import { inTurns, say, spread } from './round.ts';

const execute = promisify(execFile);
/** Two chunks. */
const minutes = 2;

/**
 * What a second worker adds to one lesson: each on a core of its own, as a machine more would be, and two where
 * one has all cores already.
 */
export async function workers(rounds: number): Promise<void> {
  const film = await looped(await wanderingLesson('large'), minutes);
  const place = await openPlace();
  // Its own would take part unasked.
  place.product.workers.freeze();
  try {
    say(`  ${minutes} min of 720p, from the last byte until all is ready; ${cpus().length} cores`);
    for (const { what, cores } of [
      { what: 'each on a core of its own', cores: ['0', '1'] },
      { what: 'on all cores', cores: [null, null] },
    ]) {
      const { ours, peer } = await inTurns(rounds, {
        ours: () => readySeconds(place, film, cores),
        peer: () => readySeconds(place, film, cores.slice(1)),
      });
      const ratios = ours.map((seconds, round) => seconds / (peer[round] ?? 1));
      say(`  ${what}: two workers ${spread(ours, 0)} s, one ${spread(peer, 0)} s`);
      say(`  two workers ÷ one, ${what}: ${spread(ratios)} (n = ${rounds})`);
    }
  } finally {
    await place.close();
  }
}

/** @param cores the one that each worker is bound to, or `null` */
async function readySeconds(place: Place, film: string, cores: (string | null)[]): Promise<number> {
  const env = {
    DATABASE_URL: place.databaseUrl,
    SECRET: place.secret,
    DATA_DIR: place.product.dataDir,
    LOG_LEVEL: 'warn',
  };
  const started = cores.map(() => startProcess('workers/src/main.ts', env));
  try {
    for (const [at, core] of cores.entries()) {
      const { pid } = started[at] ?? {};
      if (core !== null) await execute('taskset', ['-a', '-p', '-c', core, String(pid)]);
    }
    // So that none of them is still on its way when the film comes.
    await pause(5_000);
    const { id, doneAt } = await sendFilm(place, film);
    await untilIs(place, id, ({ state }) => state === 'ready', 100);
    const seconds = (performance.now() - doneAt) / 1000;
    rmSync(join(place.product.dataDir, 'objects/recordings', id), { recursive: true });
    return seconds;
  } finally {
    await Promise.all(started.map((worker) => worker.end('SIGTERM')));
  }
}
