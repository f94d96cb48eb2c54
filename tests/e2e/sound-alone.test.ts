import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { expectAccessible } from './accessible.ts';
import { expectFits } from './fits.ts';
import { chooseVideos, openStage, type Stage, settled, soon } from './stage.ts';
import { video } from './story/watch.ts';

const execute = promisify(execFile);
const seconds = 40;

let stage: Stage;
let folder: string;
beforeAll(async () => {
  stage = await openStage();
  folder = await mkdtemp(join(tmpdir(), 'second-look-talk-'));
});
afterAll(async () => {
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Twenty seconds of silence, and then twenty of a tone, as a recorder in a pocket writes it. */
async function talk(): Promise<string> {
  const { ffmpegPath } = await mediaTools();
  const path = join(folder, '8M2 talk about fractions.mp3');
  const sound = `aevalsrc='0.4*sin(880*PI*t)*gte(t,${seconds / 2})':s=44100:d=${seconds}`;
  await execute(ffmpegPath, ['-v', 'error', '-f', 'lavfi', '-i', sound, '-q:a', '6', path]);
  return path;
}

const shown = (page: Page) => page.locator('[data-player] [data-sound]');

/** How far across the large bars are coloured, from 0 to 1. */
const playedPart = (page: Page) =>
  shown(page).evaluate((element) => {
    const played = element.querySelector<SVGElement>('[data-played]');
    const right = /^inset\(0px (\d+)px/.exec(played?.style.clipPath ?? '')?.[1];
    return 1 - Number(right) / element.getBoundingClientRect().width;
  });

test('a recording of sound alone is uploaded, heard, seen as a waveform and written about', async () => {
  const page = await stage.enter('amira');
  await page.goto('/upload');
  await chooseVideos(page, [await talk()]);
  const row = page.getByRole('article', { name: '8M2 talk about fractions' });
  await row.getByText('Safe: you can delete it from your device.').waitFor();
  await row.getByRole('link', { name: 'Open the lesson' }).click();
  await page.getByRole('group', { name: 'Sound controls' }).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  expect(await settled(page.context().request, id)).toMatchObject({
    state: 'ready',
    hasPicture: false,
  });

  await page.getByText('Sound only').waitFor();
  await expect.poll(() => shown(page).getAttribute('data-sound'), soon).toBe('drawn');
  await page.getByText(`/ 0:${seconds}`).waitFor();
  expect(await page.locator('[data-player] img').count()).toBe(0);

  // Pressed in the middle it goes there, and is coloured as far as it has been played.
  const box = await shown(page).boundingBox();
  if (!box) throw new Error('There is no waveform.');
  await page.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.4);
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeCloseTo(10, 0);
  await expect.poll(() => playedPart(page), soon).toBeCloseTo(0.25, 1);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeGreaterThan(11);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const { currentTime } = await video(page);
  await expect.poll(() => playedPart(page), soon).toBeCloseTo(currentTime / seconds, 1);

  await page.getByRole('textbox', { name: 'Your note' }).fill('Here they begin to talk');
  await page.getByRole('button', { name: 'Keep' }).click();
  const note = page.getByRole('article').filter({ hasText: 'Here they begin to talk' });
  await note.getByText(`0:${Math.floor(currentTime)}`).waitFor();
  await expectAccessible(page, 'review of sound alone');

  await page.goto('/');
  const card = page.getByRole('article').filter({ hasText: '8M2 talk about fractions' });
  await card.getByText('Sound only').waitFor();
  expect(await card.locator('img').count()).toBe(0);
  await expectAccessible(page, 'home with sound alone');

  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page);
  await page.goto(`/recordings/${id}`);
  await expect.poll(() => shown(page).getAttribute('data-sound'), soon).toBe('drawn');
  await expectFits(page);
});
