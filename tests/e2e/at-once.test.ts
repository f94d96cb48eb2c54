import { afterAll, beforeAll, expect, test } from 'vitest';
import { foreignLesson, lessonSeconds, readPicture } from './lesson.ts';
import { openStage, readRecording, type Stage, settled, soon, upload } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('a lesson is watched while it is prepared, anywhere in it, and then changed for the finished one', async () => {
  const page = await stage.enter('amira');
  const api = await stage.api('amira');
  const id = await upload(api, await foreignLesson('large'), 'At once');
  await expect
    .poll(async () => (await readRecording(api, id)).playable, { ...soon, interval: 50 })
    .toBe(true);
  const { mediaVersion } = await readRecording(api, id);

  await page.goto(`/recordings/${id}?t=41`);
  const pictureAt = async () => (await readPicture(page))?.seconds ?? -1;
  await expect.poll(pictureAt, soon).toBeGreaterThan(40.9);
  expect(await pictureAt()).toBeLessThan(41.1);
  const height = () =>
    page.locator('video').evaluate((video) => (video as HTMLVideoElement).videoHeight);
  expect(await height()).toBe(480);
  await page.getByText(`/ 0:${lessonSeconds}`).waitFor();

  // Through the end of one piece into the next, without a hole.
  await page.goto(`/recordings/${id}?t=22`);
  await expect.poll(pictureAt, soon).toBeGreaterThan(21.9);
  await page.keyboard.press('k');
  await expect.poll(pictureAt, soon).toBeGreaterThan(25);
  await page.keyboard.press('k');
  const ranges = await page
    .locator('video')
    .evaluate((video) => (video as HTMLVideoElement).buffered.length);
  expect(ranges).toBe(1);

  const done = await settled(api, id);
  expect(done).toMatchObject({ state: 'ready' });
  expect(done.mediaVersion).toBeGreaterThan(mediaVersion ?? Number.POSITIVE_INFINITY);
});

test('whoever watches stays on what they began with until they say otherwise', async () => {
  const page = await stage.enter('amira');
  const api = await stage.api('amira');
  const id = await upload(api, await foreignLesson('large'), 'And then better');
  await expect
    .poll(async () => (await readRecording(api, id)).playable, { ...soon, interval: 50 })
    .toBe(true);
  await page.goto(`/recordings/${id}?t=30`);
  await settled(api, id);
  await page.getByText('The finished version is ready').waitFor();
  const pictureAt = async () => (await readPicture(page))?.seconds ?? -1;
  await expect.poll(pictureAt, soon).toBeGreaterThan(29.9);
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await page.getByRole('button', { name: 'Change to it here' }).click();
  await page.getByText('The finished version is ready').waitFor({ state: 'detached' });
  await expect.poll(() => addresses.some((url) => url.endsWith('/main.m3u8')), soon).toBe(true);
  await expect.poll(pictureAt, soon).toBeGreaterThan(29.9);
  expect(await pictureAt(), 'at the same moment').toBeLessThan(30.1);
});
