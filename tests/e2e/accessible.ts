import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const checker = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Holds a page, as it is now, against the rules that a program can check. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await settleDown(page);
  // Evaluated, not added as a script: the page's own policy would refuse that.
  await page.evaluate(checker);
  const { violations } = await page.evaluate(() => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return axe.run();
  });
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      rule: `${id}: ${help}`,
      where: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}\n${failureSummary}`),
    }));
  expect(grave, what).toEqual([]);
}

/** Colours on their way to others are neither; what has just appeared begins to move some frames later. */
function settleDown(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const isMoving = ({ effect, playState }: Animation) =>
      playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY;
    for (let stillFrames = 0; stillFrames < 15; stillFrames += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (document.getAnimations().some(isMoving)) stillFrames = 0;
    }
  });
}
