import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { emailOf, openStage, password, type Stage, settled, upload } from './stage.ts';
import { savedNote } from './story/annotate.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('signing in, opening a lesson and keeping a note need no mouse', async () => {
  const api = await stage.api('ben');
  const { ffmpegPath } = await mediaTools();
  const id = await upload(api, await fixture('landscape.mp4', ffmpegPath), 'By keys alone');
  expect(await settled(api, id)).toMatchObject({ state: 'ready' });
  const page = await stage.enter(null, { expectedErrors: /status of 401/ });

  await page.goto('/');
  await page.getByLabel('Email').waitFor();
  await page.keyboard.type(emailOf('ben'));
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  const lesson = page.getByRole('link', { name: 'By keys alone' });
  await lesson.waitFor();

  await page.keyboard.press('Tab');
  await tabTo(page, lesson);
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Video controls' }).waitFor();
  await page.keyboard.press('Shift+L');
  await expect.poll(() => page.getByTestId('current-time').textContent()).toBe('0:01');
  await page.keyboard.press('n');
  await page.keyboard.type('Seen without a mouse');
  await page.keyboard.press('Control+Enter');
  const note = await savedNote(page, id, 'Seen without a mouse');
  expect(note.startMs).toBe(1_000);

  // The markers are one stop of the tab key, and lead back to the note.
  const marker = page.getByRole('button', { name: /Notice · Ben Seen without a mouse/ });
  await page.keyboard.press('Escape');
  await tabTo(page, marker, 'Shift+Tab');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.locator('article[aria-current]').waitFor();
});

/** Goes on by the tab key until something has the focus, as whoever has no mouse must. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let count = 0; count < 60; count += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error('The tab key does not lead there.');
}
