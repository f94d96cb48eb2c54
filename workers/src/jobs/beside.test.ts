import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '@second-look/infra/log';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { fixture } from '../../../tests/media/fixtures.ts';
import { inspect, type MediaTools, type SourceFacts } from '../media/index.ts';
import { makeBeside } from './beside.ts';

let tools: MediaTools;
let folder: string;
let film: string;
let facts: SourceFacts;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-beside-'));
  film = await fixture('landscape.mp4', tools.ffmpegPath);
  facts = await inspect(film, tools);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function make(ffmpeg: string | null, signal = new AbortController().signal) {
  const work = await mkdtemp(join(folder, 'work-'));
  const ffmpegPath = ffmpeg === null ? tools.ffmpegPath : join(work, 'ffmpeg');
  if (ffmpeg !== null) await writeFile(ffmpegPath, `#!/bin/sh\n${ffmpeg}\n`, { mode: 0o755 });
  const log = openLog('workers', 'silent');
  return makeBeside(film, facts, work, { tools: { ...tools, ffmpegPath }, log, signal });
}

it('is made of an ordinary film', async () => {
  expect(await make(null)).toMatchObject({
    storyboard: { index: { sheets: [{ offset: 0, tiles: 9 }] } },
    waveform: { peaksPerSecond: 10 },
  });
});

it.each(['echo Invalid data found >&2; exit 1', 'kill -KILL $$'])(
  'is left out where ffmpeg can make nothing of the film: %s',
  async (ffmpeg) => {
    expect(await make(ffmpeg)).toEqual({ storyboard: null, waveform: null });
  },
);

it('is no reason to go on without what a full disk has no room for', async () => {
  const full = make('echo "sheet-0.jpg: No space left on device" >&2; exit 1');
  await expect(full).rejects.toMatchObject({ isDiskFull: true });
});

it('ends with what it is made for', async () => {
  const stop = new AbortController();
  const reason = new Error('somebody stopped it');
  const ended = make(`case "$*" in *-filters) exit;; esac\nexec sleep 1000`, stop.signal);
  setTimeout(() => stop.abort(reason), 300);
  await expect(ended).rejects.toBe(reason);
});
