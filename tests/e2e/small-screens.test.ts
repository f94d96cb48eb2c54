import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { expectFits } from './fits.ts';
import { chooseVideos, openStage, type Stage, settled, soon, upload } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const touch = { isMobile: true, hasTouch: true };
const longTitle = 'Wait'.repeat(50);
const putTitle = 'Away'.repeat(50);

test('pages reflow at 320 pixels', async () => {
  const { wide } = await lessons();
  const page = await stage.enter('amira', { ...touch, viewport: { width: 320, height: 640 } });
  for (const path of ['/', '/shared', '/trash', '/upload', `/recordings/${wide}`]) {
    await page.goto(path);
    await page.getByRole('button', { name: /^Your account/ }).waitFor();
    await page.locator('main h1').waitFor();
    await expectFits(page);
    // In the page's own letters, its links stand side by side without scrolling.
    const hidden = await page.getByRole('navigation').evaluate(async (nav) => {
      await document.fonts.ready;
      return nav.scrollWidth - nav.clientWidth;
    });
    expect(hidden).toBe(0);
  }
});

test.each([
  [844, 390],
  [667, 375],
  [640, 360],
  [568, 320],
])('on its side, %i by %i, a phone shows picture and controls at once', async (width, height) => {
  const { wide, upright } = await lessons();
  const page = await stage.enter('amira', { ...touch, viewport: { width, height } });
  for (const id of [wide, upright]) {
    await page.goto(`/recordings/${id}`);
    const controls = page.getByRole('group', { name: 'Video controls' });
    await controls.waitFor();
    await expect.poll(() => shownPart(page.locator('[data-player]')), soon).toBe(1);
    expect(await shownPart(controls)).toBe(1);
    await page.getByRole('button', { name: 'Play', exact: true }).tap();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await expectFits(page);
  }
});

test('an upright video has a sensible height on a phone, and its notes are in sight', async () => {
  const { upright } = await lessons();
  const page = await stage.enter('amira', { ...touch, viewport: { width: 390, height: 844 } });
  await page.goto(`/recordings/${upright}`);
  const heightPx = async () => (await page.locator('[data-player]').boundingBox())?.height;
  await expect.poll(heightPx, soon).toBeGreaterThan(0.45 * 844);
  await expect
    .poll(() => shownPart(page.getByRole('tablist', { name: 'Where to talk' })), soon)
    .toBe(1);
});

test('what is said at the edge of a phone covers nothing that cannot be moved from under it', async () => {
  const page = await stage.enter('carys', { ...touch, viewport: { width: 390, height: 844 } });
  const { ffmpegPath } = await mediaTools();
  await page.goto('/upload');
  const videos = ['silent.mp4', 'landscape.mp4', 'ntsc.mp4'] as const;
  const files = await Promise.all(videos.map((name) => fixture(name, ffmpegPath)));
  await chooseVideos(page, files);
  await page.getByRole('button', { name: `Upload ${videos.length} lessons` }).tap();
  // The page shows that by itself; it is spoken, and nothing lies over the buttons.
  const spoken = page.getByRole('status').getByText('“silent” is uploaded and safe.');
  await spoken.waitFor({ state: 'attached' });
  expect((await spoken.boundingBox())?.width).toBeLessThanOrEqual(1);
  const safe = page.getByText('Safe: you can delete it from your device.');
  await expect.poll(() => safe.count(), soon).toBe(videos.length);

  await page
    .locator('input[type=file]')
    .setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') }]);
  await page.getByText('“notes.txt” is neither a video').waitFor();
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  const last = page.getByRole('button', { name: 'Put away' }).last();
  expect(await isOnTop(last)).toBe(true);
});

test.each([
  [390, 844],
  [1440, 900],
])('a title of 200 characters leaves room for all else, %i by %i', async (width, height) => {
  const { wide } = await lessons();
  const page = await stage.enter('amira', { viewport: { width, height } });
  const expectShort = async (title: Locator, mostLines: number) => {
    await title.waitFor();
    expect(await title.getAttribute('title')).toHaveLength(longTitle.length);
    const lines = await title.evaluate((element) => {
      const block = element.closest('h1, h2, h3') ?? element;
      return block.clientHeight / Number.parseFloat(getComputedStyle(block).lineHeight);
    });
    expect(lines).toBeLessThanOrEqual(mostLines);
    await expectFits(page);
  };
  await page.goto('/');
  await expectShort(page.getByRole('link', { name: longTitle }), 2.1);
  await page.getByRole('button', { name: `More for “${longTitle}”` }).click();
  await page.getByRole('menuitem', { name: 'Move to trash' }).click();
  const toast = page.getByRole('status').getByText('is in the trash for 30 days.');
  await toast.waitFor();
  expect((await toast.boundingBox())?.height).toBeLessThan(100);
  await page.getByRole('button', { name: 'Undo' }).click();

  await page.goto('/trash');
  await expectShort(page.getByRole('heading', { name: putTitle }), 2.1);
  await page.goto(`/recordings/${wide}`);
  await expectShort(page.getByRole('heading', { name: longTitle }), 2.1);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expectShort(page.getByRole('dialog').locator(`[title="${longTitle}"]`), 2.1);
});

test('in the dark, the open tab is told from the others by more than a shade', async () => {
  const { wide } = await lessons();
  const page = await stage.enter('amira', { colorScheme: 'dark' });
  await page.goto(`/recordings/${wide}`);
  const tab = page.getByRole('tab', { selected: true });
  await tab.waitFor();
  const { edge, around } = await tab.evaluate((element) => {
    const colour = (text: string) => (text.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).map(Number);
    const list = element.closest('[role=tablist]') as Element;
    return {
      edge: colour(getComputedStyle(element).boxShadow),
      around: colour(getComputedStyle(list).backgroundColor),
    };
  });
  expect(contrast(edge, around)).toBeGreaterThanOrEqual(3);
});

let made: Promise<{ wide: string; upright: string }> | undefined;

/** A wide lesson with the longest of titles, an upright one, and one in the trash; made once. */
function lessons() {
  made ??= makeLessons();
  return made;
}

async function makeLessons() {
  const api = await stage.api('amira');
  const { ffmpegPath } = await mediaTools();
  const wide = await upload(api, await fixture('landscape.mp4', ffmpegPath), longTitle);
  const upright = await upload(api, await fixture('portrait.mov', ffmpegPath), 'In a corridor');
  const put = await upload(api, await fixture('silent.mp4', ffmpegPath), putTitle);
  for (const id of [wide, upright, put]) {
    expect(await settled(api, id)).toMatchObject({ state: 'ready' });
  }
  await api.delete(`/api/recordings/${put}`);
  return { wide, upright };
}

/** How much of an element is on the screen, from 0 to 1. */
function shownPart(element: Locator): Promise<number> {
  return element.evaluate(
    (node) =>
      new Promise<number>((resolve) => {
        const observer = new IntersectionObserver(([entry]) => {
          observer.disconnect();
          resolve(entry?.intersectionRatio ?? 0);
        });
        observer.observe(node);
      }),
  );
}

/** Whoever taps its middle taps it, and nothing over it. */
function isOnTop(element: Locator): Promise<boolean> {
  return element.evaluate((node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return node.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  });
}

/** WCAG 2.2's contrast ratio of two sRGB colours. */
function contrast(one: number[], other: number[]): number {
  const luminance = (rgb: number[]) => {
    const [red = 0, green = 0, blue = 0] = rgb
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
