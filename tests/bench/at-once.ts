import { execFile } from 'node:child_process';
import { existsSync, openAsBlob, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RecordingDetail } from '@second-look/core/contract';
import { foreignLesson, lessonSeconds, wanderingLesson } from '../e2e/lesson.ts';
import { mediaTools } from '../media/binaries.ts';
import { beginUpload, openPlace, type Place } from './place.ts';
import { median, print, say, spread } from './round.ts';

const execute = promisify(execFile);

/** How long a teacher waits after the last byte until the first second can be played, and after a seek. */
export async function atOnce(rounds: number): Promise<void> {
  const place = await openPlace();
  try {
    for (const minutes of [10, 60]) {
      const ordinary = await looped(await wanderingLesson(), minutes);
      await measure(place, ordinary, rounds, {
        what: `H.264 and AAC, ${minutes} min`,
        // Copying reads and writes the file once.
        aimSeconds: 3 + (await copySeconds(ordinary)),
      });
      const foreign = await looped(await foreignLesson(), minutes);
      await measure(place, foreign, rounds, {
        what: `MPEG-4, which no browser plays, ${minutes} min`,
        aimSeconds: 10,
      });
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
    const { id, doneAt } = await send(place, path);
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

async function send(place: Place, path: string) {
  const body = await openAsBlob(path);
  const { id, address } = await beginUpload(place, body.size);
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  };
  await place.ask(address, { method: 'PATCH', headers, body });
  return { id, doneAt: performance.now() };
}

/** @returns the folders of the picture and the sound that a new opening gets */
async function untilPlayable(place: Place, id: string): Promise<string[]> {
  for (;;) {
    const recording = (await (await place.ask(`/api/recordings/${id}`)).json()) as RecordingDetail;
    if (recording.state === 'failed') throw new Error(recording.failure?.detail);
    if (recording.playable) break;
    await pause(20);
  }
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

/** A film again and again until it is so long; made once. */
async function looped(path: string, minutes: number): Promise<string> {
  const target = join(dirname(path), `looped-${minutes}.mp4`);
  if (existsSync(target)) return target;
  const { ffmpegPath } = await mediaTools();
  const partial = join(dirname(path), `partial-${process.pid}-${minutes}.mp4`);
  const times = Math.round((minutes * 60) / lessonSeconds) - 1;
  await execute(ffmpegPath, [
    ...['-v', 'error', '-nostdin', '-y', '-stream_loop', String(times), '-i', path],
    ...['-c', 'copy', partial],
  ]);
  renameSync(partial, target);
  return target;
}

/** What a plain copy of the file takes, flushed. */
async function copySeconds(path: string): Promise<number> {
  const target = `${path}.copy`;
  const startedAt = performance.now();
  await execute('sh', ['-c', 'cp "$1" "$2" && sync "$2"', 'sh', path, target]);
  rmSync(target);
  return (performance.now() - startedAt) / 1000;
}
