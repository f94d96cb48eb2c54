import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { lessonSeconds, readTile, wanderingLesson } from './lesson.ts';
import { openStage, type Stage, settled, soon, upload } from './stage.ts';
import { expectMoment, openAt, video } from './story/watch.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const timeline = (page: Page) => page.getByRole('region', { name: 'Timeline of the lesson' });
const lane = (page: Page) => timeline(page).getByRole('group').first();
const preview = (page: Page) => page.locator('[data-preview]');

/** A point of the lane, at a part of its width. */
async function pointAt(page: Page, part: number) {
  const box = await lane(page).boundingBox();
  if (!box) throw new Error('There is no lane.');
  return { x: box.x + box.width * part, y: box.y + box.height / 2 };
}

async function expectPicture(page: Page, seconds: number): Promise<void> {
  // Each picture stands for a second, and shows its middle.
  const apart = async () => Math.abs((await readTile(page)) - (Math.floor(seconds) + 0.5));
  await expect.poll(apart, soon).toBeLessThan(0.7);
}

test('whoever points at the timeline sees the moment before going there', async () => {
  const amira = await stage.api('amira');
  const id = await upload(amira, await wanderingLesson(), 'Seen beforehand');
  expect((await settled(amira, id)).state).toBe('ready');

  const page = await stage.enter('amira');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openAt(page, id, '0:05', 5);
  await timeline(page).locator('[data-sound="drawn"]').waitFor();
  expect(await preview(page).count()).toBe(0);
  expect(asked.filter((path) => path.includes('storyboard'))).toEqual([]);

  for (const part of [0.25, 0.75, 0.99]) {
    const { x, y } = await pointAt(page, part);
    await page.mouse.move(x, y);
    await expectPicture(page, lessonSeconds * part);
  }
  const { x, y } = await pointAt(page, 0.5);
  await page.mouse.move(x, y);
  expect(await preview(page).textContent()).toMatch(/^0:2[34]$/);
  expect(await preview(page).locator('xpath=ancestor::*[@aria-hidden="true"]').count()).toBe(1);
  const shown = await preview(page).boundingBox();
  expect((shown?.y ?? y) + (shown?.height ?? 0), 'it covers no lane').toBeLessThan(y - 11);
  expect((await video(page)).currentTime, 'nothing is played by it').toBeCloseTo(5, 1);

  await page.mouse.click(x, y);
  await expectMoment(page, (await video(page)).currentTime);
  expect(Math.abs((await video(page)).currentTime - 24)).toBeLessThan(0.5);
  await page.mouse.move(10, 10);
  await expect.poll(() => preview(page).count(), soon).toBe(0);

  // The lane of the sound is played as far as the film, and goes where it is pressed.
  const sound = timeline(page).locator('[data-sound]');
  const unplayed = () =>
    sound.evaluate((element) => {
      const played = element.querySelector<SVGElement>('[data-played]');
      const right = /^inset\(0px (\d+)px/.exec(played?.style.clipPath ?? '')?.[1];
      return Number(right) / element.getBoundingClientRect().width;
    });
  await expect.poll(unplayed, soon).toBeCloseTo(0.5, 1);
  const box = await sound.boundingBox();
  await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.9, (box?.y ?? 0) + 5);
  await expect.poll(unplayed, soon).toBeCloseTo(0.1, 1);
  expect((await video(page)).currentTime).toBeCloseTo(lessonSeconds * 0.9, 0);
});

test('a finger sees it while it is drawn along, and a lesson without sound has no lane for it', async () => {
  const amira = await stage.api('amira');
  const { ffmpegPath } = await mediaTools();
  const id = await upload(amira, await fixture('silent.mp4', ffmpegPath), 'Without sound');
  expect((await settled(amira, id)).state).toBe('ready');
  const page = await stage.enter('amira', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.goto(`/recordings/${id}`);
  await page.locator('video').waitFor();
  expect(await page.locator('[data-sound]').count()).toBe(0);
  await page.touchscreen.tap(...(Object.values(await pointAt(page, 0.3)) as [number, number]));
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeGreaterThan(1);
  expect(await preview(page).count()).toBe(0);

  const finger = await page.context().newCDPSession(page);
  const touch = (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    touchPoints: { x: number; y: number }[],
  ) => finger.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', [await pointAt(page, 0.4)]);
  expect(await preview(page).count()).toBe(0);
  await touch('touchMove', [await pointAt(page, 0.5)]);
  await touch('touchMove', [await pointAt(page, 0.7)]);
  await page.locator('[data-preview-picture]').waitFor();
  await expect.poll(() => preview(page).textContent(), soon).toBe('0:03');
  await touch('touchEnd', []);
  await expect.poll(() => preview(page).count(), soon).toBe(0);

  await page.setViewportSize({ width: 1440, height: 900 });
  await timeline(page).getByText('Only me').waitFor();
  expect(await timeline(page).getByText('Sound').count()).toBe(0);
});
