import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readStoryboard } from '@second-look/core/storyboard';
import { afterAll, beforeAll, expect } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import type { Client } from '../world/client.ts';
import { settled, until, uploaded } from '../world/lesson.ts';
import { fetchRenditions, framesOf, probe } from '../world/playing.ts';
import { endProcesses, startWorkers } from '../world/processes.ts';
import { startServer, type TestServer } from '../world/server.ts';
import { itFully } from '../world/tier.ts';

const hours = 4;
const seconds = hours * 3600;
const picturesPerSecond = 5;

let folder: string;
let server: TestServer;
let amira: Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-look-long-'));
  server = await startServer();
  amira = await server.as('amira');
});
afterAll(async () => {
  await endProcesses();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

itFully(
  `a film of ${hours} hours is watchable before it is prepared, and then ready, every picture of it`,
  async () => {
    const { ffmpegPath } = await mediaTools();
    const run = (words: string[]) =>
      promisify(execFile)(ffmpegPath, ['-v', 'error', '-nostdin', ...words]);
    const [minute, film] = [join(folder, 'minute.mkv'), join(folder, 'film.mp4')];
    await run([
      ...['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${picturesPerSecond}:duration=60`],
      ...['-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000:duration=60'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-pix_fmt', 'yuv420p'],
      ...['-c:a', 'aac', '-b:a', '48k', minute],
    ]);
    await run(['-stream_loop', String(hours * 60 - 1), '-i', minute, '-c', 'copy', film]);
    // A minute's sound ends with a whole frame, a little behind its picture.
    const filmMs =
      Number((await probe(['-show_entries', 'format=duration', film])).format.duration) * 1000;
    expect(filmMs).toBeGreaterThanOrEqual(seconds * 1000);
    const id = await uploaded(amira, await readFile(film), { filename: 'film.mp4' });
    startWorkers(server.place);
    const first = await until(async () => {
      const recording = await amira.get(`/api/recordings/${id}`);
      return recording.playable && recording;
    });
    expect(first.state).toBe('processing');
    expect(Math.abs(first.durationMs - filmMs)).toBeLessThan(1_000);

    const { state, storyboardUrl, waveform, durationMs } = await settled(amira, id);
    expect(state).toBe('ready');
    expect(Math.abs(durationMs - filmMs)).toBeLessThan(1_000);
    const pictures = await framesOf(film, 'v:0');
    expect(pictures).toBe(seconds * picturesPerSecond);
    const renditions = await fetchRenditions(amira, id, folder);
    const shown = renditions.filter(({ kind }) => kind === 'video');
    for (const { path } of shown) expect(await framesOf(path, 'v:0')).toBe(pictures);
    const last = readStoryboard((await amira.ask('GET', storyboardUrl)).text).at(-1);
    expect(last?.startMs).toBeLessThan(durationMs);
    expect(last?.endMs).toBeGreaterThanOrEqual(durationMs);
    const peaks = await fetch(new URL(waveform.url, server.address), {
      headers: { cookie: amira.cookie },
    });
    const heardSeconds = (await peaks.arrayBuffer()).byteLength / waveform.peaksPerSecond;
    expect(Math.abs(heardSeconds - filmMs / 1000)).toBeLessThan(1);
  },
);
