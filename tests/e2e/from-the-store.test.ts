import type { Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startS3, type TestS3 } from '../world/s3.ts';
import { wanderingLesson } from './lesson.ts';
import { openStage, type Stage, settled, soon, upload } from './stage.ts';
import { expectMoment, openAt, video } from './story/watch.ts';

let s3: TestS3;
let stage: Stage;
beforeAll(async () => {
  s3 = await startS3({ isPublic: true });
  stage = await openStage(s3.env);
});
afterAll(async () => {
  await stage?.close();
  await s3?.close();
});

test('a lesson plays from a store that the browser reaches, and only its media come from there', async () => {
  const amira = await stage.api('amira');
  const id = await upload(amira, await wanderingLesson(), 'From the store');
  expect((await settled(amira, id)).state).toBe('ready');

  const page = await stage.enter('amira');
  const fromStore: Response[] = [];
  const fromServer: Response[] = [];
  page.on('response', (response) => {
    const isOfStore = response.url().startsWith(s3.env.S3_PUBLIC_URL ?? '');
    (isOfStore ? fromStore : fromServer).push(response);
  });
  await page.goto('/');
  const poster = page.locator('img[src*="poster.jpg"]').first();
  await expect
    .poll(() => poster.evaluate((image) => (image as HTMLImageElement).naturalWidth), soon)
    .toBeGreaterThan(0);
  await openAt(page, id, '0:31', 31);
  await page.keyboard.press('Space');
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeGreaterThan(33);
  await page.keyboard.press('Space');
  await expect.poll(async () => (await video(page)).paused, soon).toBe(true);
  await openAt(page, id, '0:05', 5);
  await expectMoment(page, 5);

  const paths = fromStore.map((response) => new URL(response.url()).pathname);
  // Which size of picture is played is the player's to choose.
  const kindOf = (path: string) => path.replace(/^.*\/(\d+p|sound|poster)[^/]*$/, '$1');
  const kinds = new Set(paths.map(kindOf).map((kind) => (/^\d+p$/.test(kind) ? 'picture' : kind)));
  expect([...kinds].sort()).toEqual(['picture', 'poster', 'sound']);
  const statuses = fromStore.map((response) => response.status());
  expect(new Set(statuses)).toEqual(new Set([200, 206]));
  const throughServer = fromServer.filter((response) => /\.(m4s|mp4|jpg)/.test(response.url()));
  expect(new Set(throughServer.map((response) => response.status()))).toEqual(new Set([302]));
});
