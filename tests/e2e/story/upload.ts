import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { APIRequestContext, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { wanderingLesson } from '../lesson.ts';
import { chooseVideos, readRecording, type Stage, soon } from '../stage.ts';

const safeWords = 'Safe: you can delete it from your device.';

/** From picking the file to the player: with a pause, a closed tab, and workers that take their time. */
export async function uploadAndPrepare(
  stage: Stage,
  page: Page,
): Promise<{ page: Page; id: string }> {
  const context = page.context();
  const file = await wanderingLesson();
  const { size } = await stat(file);
  const wire = watchWire(context);
  await page.getByRole('link', { name: 'Upload a recording' }).first().click();
  await slowDown(page, 1_000_000);

  await chooseVideos(page, [file]);
  const row = page.getByRole('article', { name: '8M2 fractions starter' });
  expect(await row.getByLabel('Title').inputValue()).toBe('8M2 fractions starter');
  expect(await row.getByLabel('Lesson date').inputValue()).toBe('2025-11-12');
  const bar = row.getByRole('progressbar', { name: 'Upload of “8M2 fractions starter”' });
  const percent = async () => Number(await bar.getAttribute('aria-valuenow'));

  const shown: number[] = [];
  const note = async () => {
    const now = await percent();
    if (now !== shown.at(-1)) shown.push(now);
    return shown.length;
  };
  await expect.poll(note, soon).toBeGreaterThan(4);
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  await row.getByText(/^[\d.]+ .?B of 11\.3 MB · [\d.]+ .?B a second · .+ left$/).waitFor();

  // Paused, nothing moves; going on, it begins where the server stood.
  await row.getByRole('button', { name: 'Pause' }).click();
  await row.getByText(/^Paused: \d+\s?% is already here$/).waitFor();
  const paused = await wire.settledOffset();
  expect(paused).toBeGreaterThan(0);
  expect(paused).toBeLessThan(size);
  // Slower from here on: leaving takes its time on a busy machine, and has to come before the end.
  await slowDown(page, 100_000);
  await row.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => wire.offsets.length, soon).toBe(2);
  expect(wire.offsets).toEqual([0, paused]);

  // The tab is closed in the middle, and the workers are busy elsewhere.
  const pausedPercent = (100 * paused) / size;
  await expect.poll(percent, soon).toBeGreaterThan(pausedPercent + 10);
  expect(await page.getByText(safeWords).count()).toBe(0);
  stage.product.workers.freeze();
  // A closed tab loses its slow line before its upload: what is left would go out at once. So it leaves first.
  await page.goto('about:blank');
  await page.close();
  const left = await wire.settledOffset();
  expect(left).toBeGreaterThan(paused);
  expect(left).toBeLessThan(size);

  const again = await context.newPage();
  await again.goto('/upload');
  await again
    .getByText('All of it has arrived. Second Look is making sure of every byte.')
    .waitFor();
  expect(wire.offsets).toEqual([0, paused, left]);
  const id = wire.recordingId();
  const { source } = await readRecording(context.request, id);
  expect(source).toMatchObject({ sizeBytes: size, receivedBytes: size, isSafe: false });
  expect(await again.getByText(safeWords).count()).toBe(0);

  const told = progressUntilReady(context.request, id);
  stage.product.workers.thaw();
  await again.getByText(safeWords).waitFor();
  expect((await readRecording(context.request, id)).source).toMatchObject({ isSafe: true });
  await watchPreparing(stage, again, id);
  expect((await told).size).toBeGreaterThan(2);
  return { page: again, id };
}

/** What the server says of the progress, from now until all is made: the page may be opened late in it. */
async function progressUntilReady(request: APIRequestContext, id: string): Promise<Set<number>> {
  const told = new Set<number>();
  for (;;) {
    const now = await readRecording(request, id).catch(() => null);
    if (now === null || now.state === 'ready') return told;
    if (now.progress !== null) told.add(now.progress);
    await pause(100);
  }
}

/** The lesson opens at once; the same page says how far the finer picture is, and that it is there. */
async function watchPreparing(stage: Stage, page: Page, id: string): Promise<void> {
  // Held still until the page is there: a quick machine would be done.
  stage.product.workers.freeze();
  await page.getByRole('link', { name: 'Open the lesson' }).click();
  await page.getByRole('group', { name: 'Video controls' }).waitFor();
  const isSamePage = await markPage(page);
  const finer = page.getByText(/finer picture at \d+\s?%/);
  await finer.waitFor();
  stage.product.workers.thaw();
  const seen: number[] = [];
  const look = async () => {
    const text = await finer.textContent({ timeout: 100 }).catch(() => null);
    const [, percent] = /at (\d+)/.exec(text ?? '') ?? [];
    if (percent !== undefined) seen.push(Number(percent));
    return (await readRecording(page.context().request, id)).state;
  };
  await expect.poll(look, { ...soon, timeout: 600_000 }).toBe('ready');
  await finer.waitFor({ state: 'detached' });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  await page.getByRole('button', { name: 'Change to it here' }).click();
  expect(await isSamePage()).toBe(true);
}

/** Marks a page, and tells later whether it still is the same one. */
export async function markPage(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { isMarked: true }));
  return () => page.evaluate(() => 'isMarked' in window);
}

/** Lets no more than so much out of a page, until it is left. */
export async function slowDown(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

/** What the browser says to the server of its upload, in tus's own words. */
function watchWire(context: BrowserContext) {
  const offsets: number[] = [];
  let address = '';
  let recordingId = '';
  context.on('request', (request) => {
    if (request.method() !== 'PATCH' || !request.url().includes('/api/uploads/')) return;
    offsets.push(Number(request.headers()['upload-offset']));
  });
  context.on('response', async (response) => {
    if (response.request().method() !== 'POST' || response.status() !== 201) return;
    const { pathname } = new URL(response.url());
    if (pathname === '/api/uploads') address = response.headers().location ?? '';
    if (pathname === '/api/recordings') recordingId = (await response.json()).id;
  });
  const offset = async () => {
    const response = await context.request.head(address, { headers: { 'tus-resumable': '1.0.0' } });
    return Number(response.headers()['upload-offset']);
  };
  return {
    /** Where each request that carried bytes began. */
    offsets,
    recordingId: () => recordingId,
    /** How far the server is, once what was on its way has arrived. */
    async settledOffset(): Promise<number> {
      let last = -1;
      const isStill = async () => {
        const now = await offset();
        const before = last;
        last = now;
        return now > 0 && now === before;
      };
      await expect.poll(isStill, { ...soon, interval: 500 }).toBe(true);
      return last;
    },
  };
}
