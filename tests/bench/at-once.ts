import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { foreignLesson, phoneLesson, wanderingLesson } from '../e2e/lesson.ts';
import { looped } from './films.ts';
import { openPlace, type Place, sendFilm, untilIs } from './place.ts';
import { median, print, say, spread } from './round.ts';

const execute = promisify(execFile);

const films = {
  h264: { what: 'H.264 and AAC', lesson: wanderingLesson },
  mpeg4: { what: 'MPEG-4, which no browser plays', lesson: foreignLesson },
  hevc: { what: 'HEVC, as phones write it', lesson: phoneLesson },
};

/**
 * How long a teacher waits after the last byte until the first second can be played, and after a seek.
 * @param names of the films to be measured, all without any
 */
export async function atOnce(rounds: number, names: string[] = Object.keys(films)): Promise<void> {
  const place = await openPlace();
  try {
    for (const minutes of [10, 60]) {
      for (const [name, { what, lesson }] of Object.entries(films)) {
        if (!names.includes(name)) continue;
        const path = await looped(await lesson('large'), minutes);
        // Copying reads and writes the file once.
        const aimSeconds = name === 'h264' ? 3 + (await copySeconds(path)) : 10;
        await measure(place, path, rounds, { what: `${what}, ${minutes} min`, aimSeconds });
      }
    }
  } finally {
    await place.close();
  }
}

async function measure(
  place: Place,
  path: string,
  rounds: number,
  { what, aimSeconds }: { what: string; aimSeconds: number },
): Promise<void> {
  const firsts: number[] = [];
  const seeks: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { id, doneAt } = await sendFilm(place, path);
    const folders = await untilPlayable(place, id);
    for (const folder of folders) await fetchPart(place, `${folder}/0.m4s`);
    firsts.push((performance.now() - doneAt) / 1000);
    const soughtAt = performance.now();
    const middle = await middleOf(place, folders[0] ?? '');
    await fetchPart(place, `${folders[0]}/${middle}.m4s`);
    seeks.push((performance.now() - soughtAt) / 1000);
    await place.ask(`/api/recordings/${id}`, { method: 'DELETE' });
  }
  print({
    what: `last byte → first playable second, ${what}, in seconds`,
    figure: spread(firsts),
    aim: `≤ ${aimSeconds.toFixed(1)}`,
    isMet: median(firsts) <= aimSeconds,
    n: rounds,
  });
  say(`  a seek into the middle, until its picture is there: ${spread(seeks)} s`);
}

/** @returns the folders of the picture and the sound that a new opening gets */
async function untilPlayable(place: Place, id: string): Promise<string[]> {
  await untilIs(place, id, ({ playable }) => playable, 20);
  const answer = await place.ask(`/api/recordings/${id}/media/main.m3u8`);
  const text = await answer.text();
  const names = [...text.matchAll(/([0-9a-f-]{36})\/media\.m3u8/g)].map(([, name]) => name);
  return names.map((name) => `${dirname(new URL(answer.url).pathname)}/${name}`);
}

async function middleOf(place: Place, folder: string): Promise<number> {
  const text = await (await place.ask(`${folder}/media.m3u8`)).text();
  return Math.floor((text.match(/\.m4s$/gm)?.length ?? 0) / 2);
}

async function fetchPart(place: Place, path: string): Promise<void> {
  await (await place.ask(path)).arrayBuffer();
}

/** What a plain copy of the file takes, flushed. */
async function copySeconds(path: string): Promise<number> {
  const target = `${path}.copy`;
  const startedAt = performance.now();
  await execute('sh', ['-c', 'cp "$1" "$2" && sync "$2"', 'sh', path, target]);
  rmSync(target);
  return (performance.now() - startedAt) / 1000;
}
