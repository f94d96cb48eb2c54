import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { lessonSeconds, type Picture, readPicture } from '../lesson.ts';
import { soon } from '../stage.ts';

/** It plays, at the right moments, by keys, by buttons and from an address. */
export async function watch(page: Page, id: string): Promise<void> {
  await expect.poll(async () => (await video(page)).duration, soon).toBeCloseTo(lessonSeconds, 0);
  await page.locator('video').waitFor();
  await page.keyboard.press('Space');
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeGreaterThan(1);
  await expectTruePicture(page);
  expect(await video(page)).toMatchObject({ paused: false });

  await page.keyboard.press('Space');
  await expect.poll(async () => (await video(page)).paused, soon).toBe(true);
  const { currentTime: before } = await video(page);
  await page.keyboard.press('l');
  await expectMoment(page, before + 10);
  await page.keyboard.press('l');
  await expectMoment(page, before + 20);
  await page.keyboard.press('j');
  await expectMoment(page, before + 10);

  const isFullScreen = () => page.evaluate(() => document.fullscreenElement !== null);
  await page.keyboard.press('f');
  await expect.poll(isFullScreen, soon).toBe(true);
  await page.keyboard.press('f');
  await expect.poll(isFullScreen, soon).toBe(false);

  const speed = page.getByRole('combobox', { name: 'Speed' });
  const offered = await speed.getByRole('option').allInnerTexts();
  expect(offered).toEqual(['0.5×', '0.75×', '1×', '1.25×', '1.5×', '1.75×', '2×']);
  for (const rate of [2, 0.5, 1]) {
    await speed.selectOption(`${rate}×`);
    await expect.poll(async () => (await video(page)).playbackRate, soon).toBe(rate);
  }
  await openAt(page, id, '0:31', 31);
}

/** Opens the lesson at a moment in its address. */
export async function openAt(page: Page, id: string, t: string, seconds: number): Promise<void> {
  await page.goto(`/recordings/${id}?t=${t}`);
  await expectMoment(page, seconds);
}

/** The clock and the decoded picture both say so. */
export async function expectMoment(page: Page, seconds: number): Promise<void> {
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeCloseTo(seconds, 1);
  await expectTruePicture(page);
}

async function expectTruePicture(page: Page): Promise<void> {
  let picture: Picture | null = null;
  const apart = async () => {
    const { currentTime } = await video(page);
    picture = await readPicture(page);
    return picture ? Math.abs(picture.seconds - currentTime) : Number.POSITIVE_INFINITY;
  };
  await expect.poll(apart, soon).toBeLessThan(0.2);
  expect(picture).toMatchObject({ brightness: expect.toSatisfy((value: number) => value > 40) });
}

/** What the page's video element says of itself, once there is one. */
export function video(page: Page) {
  return page.locator('video').evaluate((element) => {
    const { currentTime, duration, paused, playbackRate } = element as HTMLVideoElement;
    return { currentTime, duration, paused, playbackRate };
  });
}
