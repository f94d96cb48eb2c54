import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { openStage, type Stage, settled, upload } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** The share dialog of a lesson of Amira's, with everybody in the list. */
async function openPicker(page: Page) {
  const { ffmpegPath } = await mediaTools();
  const id = await upload(page.request, await fixture('silent.mp4', ffmpegPath), 'For one');
  expect(await settled(page.request, id)).toMatchObject({ state: 'ready' });
  await page.goto(`/recordings/${id}`);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const field = page.getByRole('dialog').getByLabel('Share with a colleague');
  await field.click();
  await page.getByRole('option', { name: /Ben Okafor/ }).waitFor();
  return field;
}

test('nobody is offered whose name does not match what is typed, while the answer is on its way', async () => {
  const page = await stage.enter('amira');
  const field = await openPicker(page);
  const options = page.getByRole('listbox').getByRole('option');
  expect(await options.count()).toBe(4);
  let letThrough = () => {};
  const late = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route(/\/api\/people\?q=./, async (route) => {
    await late;
    await route.continue();
  });

  // What was marked among everybody is not what Enter chooses among those who match.
  await field.press('ArrowDown');
  await field.press('ArrowDown');
  const asked = page.waitForRequest(/\/api\/people\?q=ll/i);
  await field.fill('LL');
  expect(await options.allInnerTexts()).toEqual([expect.stringContaining('Carys Llewellyn')]);
  await page.getByText('Searching …').waitFor();
  await field.press('Enter');
  expect(await page.getByText('Once you share it').count()).toBe(0);
  await asked;
  await field.fill('nobody');
  expect(await options.count()).toBe(0);
  await page.getByText('Searching …').waitFor();
  await field.press('ArrowDown');
  await field.press('Enter');
  expect(await page.getByText('Once you share it').count()).toBe(0);
  letThrough();
  await page.getByText('Nobody in your trust is called “nobody”.').waitFor();
  expect(await page.getByText('Searching …').count()).toBe(0);

  await field.fill('gra');
  await page.getByRole('option', { name: /Esther Grant/ }).waitFor();
  await field.press('ArrowDown');
  await field.press('Enter');
  await page.getByText('Once you share it: Seen by you and Esther').waitFor();
});
