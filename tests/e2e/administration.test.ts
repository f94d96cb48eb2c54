import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { hasRedis, startRedis } from '../world/redis.ts';
import { expectAccessible } from './accessible.ts';
import { chooseVideos, openStage, type Stage, upload } from './stage.ts';

let stage: Stage;
let film: string;
beforeAll(async () => {
  film = await fixture('landscape.mp4', (await mediaTools()).ffmpegPath);
  stage = await openStage({ QUOTA_PERSON_BYTES: '450000', QUOTA_SCHOOL_BYTES: '40000000' });
});
afterAll(() => stage?.close());

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('an administrator finds how it is running, in words and without a lesson', async () => {
    const page = await stage.enter('dev', { colorScheme });
    await page.goto('/');
    await page.getByRole('button', { name: 'Your account: Dev Patel' }).click();
    await page.getByRole('menuitem', { name: 'How it is running' }).click();
    await page.getByRole('heading', { name: 'How Second Look is running' }).waitFor();
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText(/^PostgreSQL \d/).waitFor();
    await page.getByText('In the database', { exact: true }).waitFor();
    await page.getByText('Hill School').waitFor();
    await expectAccessible(page, 'administration');

    await page.setViewportSize({ width: 320, height: 640 });
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await expectAccessible(page, 'administration on a phone');
  });
});

test('the queue opens from there', async () => {
  const page = await stage.enter('dev');
  await page.goto('/administration');
  await page.getByRole('link', { name: 'Look into the queue' }).click();
  await page.waitForURL('**/api/administration/queue**');
  await page.getByText('processing', { exact: false }).first().waitFor();
});

test('nobody else finds it, and nobody else is shown the way', async () => {
  const page = await stage.enter('esther', { expectedErrors: /status of 404/ });
  await page.goto('/administration');
  await page.getByRole('heading', { name: 'There is nothing here that you can see' }).waitFor();
  await page.goto('/');
  await page.getByRole('button', { name: 'Your account: Esther Grant' }).click();
  await page.getByRole('menuitem', { name: 'Trash' }).waitFor();
  expect(await page.getByRole('menuitem', { name: 'How it is running' }).count()).toBe(0);
});

test('whoever has used up their room is told before they choose a video, and what to do', async () => {
  await upload(await stage.api('amira'), film, 'A lesson');
  const page = await stage.enter('amira', { expectedErrors: /status of 507/ });
  await page.goto('/upload');
  await page.getByText(/^You have used \d+ kB of 450 kB\.$/).waitFor();
  await chooseVideos(page, [film]);
  await page.getByText('There is no room left for this recording').waitFor();
  await expectAccessible(page, 'upload without room');
});

describe.skipIf(!hasRedis)('with a queue on Redis', () => {
  test('an administrator reads which Redis that is', async () => {
    const redis = await startRedis();
    const other = await openStage({ REDIS_URL: redis.url });
    onTestFinished(async () => {
      await other.close();
      await redis.close();
    });
    const page = await other.enter('dev');
    await page.goto('/administration');
    await page.getByText(`Redis ${redis.version}`, { exact: true }).waitFor();
  });
});
