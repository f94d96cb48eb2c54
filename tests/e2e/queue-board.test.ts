import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { openStage, type Stage, upload } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('an administrator looks at the queue, and reads no title', async () => {
  const amira = await stage.api('amira');
  const { ffmpegPath } = await mediaTools();
  stage.product.workers.freeze();
  await upload(amira, await fixture('silent.mp4', ffmpegPath), 'Olivia reads aloud');
  const page = await stage.enter('dev');
  await page.goto('/api/administration/queue');
  await page.getByText('Processing').first().click();
  await page.getByRole('link', { name: 'WAITING 1' }).click();
  await page.getByText('stepId').first().waitFor();
  expect(await page.locator('body').textContent()).not.toMatch(/olivia/i);
  await page.reload();
  await page.getByText('stepId').first().waitFor();
  stage.product.workers.thaw();
});
