import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Nothing reaches past the screen's edge, so that the page never has to be pushed sideways. */
export async function expectFits(page: Page): Promise<void> {
  const { scrolled, shown } = await page.evaluate(() => ({
    scrolled: document.documentElement.scrollWidth,
    shown: document.documentElement.clientWidth,
  }));
  expect(scrolled).toBeLessThanOrEqual(shown);
}
