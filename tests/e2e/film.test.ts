import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withChapters } from '../media/chapters.ts';
import { expectAccessible } from './accessible.ts';
import { lessonSeconds, wanderingLesson } from './lesson.ts';
import { openStage, readRecording, type Stage, settled, soon, upload } from './stage.ts';
import { expectMoment, openAt, video } from './story/watch.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const choose = async (page: Page, item: string) => {
  await page.getByRole('button', { name: 'More for this lesson' }).click();
  await page.getByRole('menuitem', { name: item }).click();
};
const shape = async (page: Page) =>
  page.locator('video').evaluate((element) => {
    const { videoWidth, videoHeight } = element as HTMLVideoElement;
    return videoWidth > videoHeight ? 'lying' : 'standing';
  });

test('an owner turns the picture, sees it turned without asking again, and takes it back', async () => {
  const amira = await stage.api('amira');
  const id = await upload(amira, await wanderingLesson(), 'On its side');
  await settled(amira, id);
  const page = await stage.enter('amira');
  const other = await stage.enter('amira');
  await other.goto(`/recordings/${id}`);
  const poster = () => other.locator('.vjs-poster img').getAttribute('src');
  await expect.poll(poster, soon).toContain('poster.jpg');
  const posterBefore = await poster();
  await openAt(page, id, '0:05', 5);
  expect(await shape(page)).toBe('lying');
  await choose(page, 'Turn the picture a quarter');
  await page.getByText('The picture is being turned.').waitFor();
  await expect.poll(() => shape(page), soon).toBe('standing');
  // Whoever has not begun yet sees the picture turned as well.
  await expect.poll(poster, soon).not.toBe(posterBefore);
  const turned = async () => (await readRecording(amira, id)).film?.turned;
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor({ state: 'detached' });
  await choose(page, 'Turn the picture a quarter');
  await undo.click();
  await expect.poll(turned, soon).toBe(90);
});

test('an owner trims the ends from where the video is, and shows all of it again', async () => {
  const amira = await stage.api('amira');
  const id = await upload(amira, await wanderingLesson(), 'Too long at both ends');
  await settled(amira, id);
  const page = await stage.enter('amira');
  await openAt(page, id, '0:10', 10);
  await choose(page, 'Trim the ends …');
  const panel = page.getByRole('region', { name: 'Trim the ends' });
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent), soon)
    .toBe('Trim the ends');
  expect(await panel.getByRole('button', { name: 'Trim', exact: true }).isDisabled()).toBe(true);
  await panel.getByRole('button', { name: 'Starts at where the lesson is now' }).click();
  await panel.getByLabel('Ends at', { exact: true }).fill('0:05');
  await panel.getByLabel('Ends at', { exact: true }).press('Enter');
  await panel.getByText('Before the start').waitFor();
  expect(await panel.getByRole('button', { name: 'Trim', exact: true }).isDisabled()).toBe(true);
  await panel.getByLabel('Ends at', { exact: true }).fill('0:30');
  await panel.getByLabel('Ends at', { exact: true }).press('Enter');
  await panel.getByText('Leaves 0:20').waitFor();
  await expectAccessible(page, 'trimming the ends');
  await panel.getByRole('button', { name: 'Trim', exact: true }).click();
  await page.getByText('The ends are trimmed.').waitFor();
  const length = async () => Math.round((await video(page)).duration);
  await expect.poll(length, soon).toBe(20);
  await choose(page, 'Trim the ends …');
  await panel.getByRole('button', { name: 'Show all of it again' }).click();
  await expect.poll(length, soon).toBe(lessonSeconds);
});

test('an owner makes the picture that they look at the cover', async () => {
  const amira = await stage.api('amira');
  const id = await upload(amira, await wanderingLesson(), 'With a better cover');
  const { posterUrl } = await settled(amira, id);
  const page = await stage.enter('amira');
  await openAt(page, id, '0:40', 40);
  await choose(page, 'Make this picture the cover');
  await page.getByText('This picture becomes the cover').waitFor();
  const cover = async () => (await readRecording(amira, id)).posterUrl;
  await expect.poll(cover, soon).not.toBe(posterUrl);
});

test('the chapters that a file names stand over the lanes, and lead to where they begin', async () => {
  const amira = await stage.api('amira');
  const folder = await mkdtemp(join(tmpdir(), 'second-look-chapters-'));
  try {
    const chapters = [
      { atSeconds: 0, title: 'Starter' },
      {
        atSeconds: 20,
        title: 'Fractions on the number line, with a name that is longer than its place',
      },
      { atSeconds: 40, title: 'Plenary' },
    ];
    const file = await withChapters(await wanderingLesson(), chapters, join(folder, 'lesson.mp4'));
    const id = await upload(amira, file, 'In three parts');
    await settled(amira, id);
    const page = await stage.enter('amira');
    await openAt(page, id, '0:05', 5);
    await page.getByRole('button', { name: /^Plenary, from 0:40$/ }).click();
    await expectMoment(page, 40);
    await expectAccessible(page, 'a lesson with chapters');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
