import type { Annotation } from '@second-look/core/contract';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { lessonSeconds } from '../lesson.ts';
import { soon } from '../stage.ts';
import { expectMoment, openAt, video } from './watch.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: 'Your note' });
const noteOf = (page: Page, words: string) =>
  page.getByRole('list', { name: 'Notes by time' }).getByRole('article').filter({ hasText: words });
export const notes = async (page: Pick<Page, 'request'>, id: string): Promise<Annotation[]> =>
  (await (await page.request.get(`/api/recordings/${id}/annotations`)).json()).items;

/** Marks moments for oneself alone. */
export async function annotate(page: Page, id: string): Promise<void> {
  await writeWhilePlaying(page, id);
  await writeRange(page, id);
  await editDeleteUndo(page);
  await useMarkers(page, id);
}

/** The note is of the moment of its first keystroke, however long the writing takes. */
async function writeWhilePlaying(page: Page, id: string): Promise<void> {
  await openAt(page, id, '5', 5);
  await page.keyboard.press('k');
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeGreaterThan(6);
  await composer(page).focus();
  await composer(page).evaluate((field) => {
    field.addEventListener(
      'keydown',
      () => {
        const seconds = document.querySelector('video')?.currentTime ?? 0;
        field.dataset.firstKeyMs = String(seconds * 1000);
      },
      { once: true },
    );
  });
  await composer(page).pressSequentially('Everybody has a whiteboard ready', { delay: 60 });
  expect(await video(page)).toMatchObject({ paused: true });
  const firstKeyMs = Number(await composer(page).getAttribute('data-first-key-ms'));
  await page
    .getByRole('form', { name: 'New note' })
    .getByRole('radio', { name: 'Strength' })
    .check();
  await page.getByRole('button', { name: 'Keep' }).click();
  await noteOf(page, 'Everybody has a whiteboard ready').waitFor();
  await expect.poll(async () => (await video(page)).paused, soon).toBe(false);
  await page.getByRole('button', { name: 'Pause' }).click();

  const saved = await savedNote(page, id, 'Everybody has a whiteboard ready');
  expect(saved).toMatchObject({ kind: 'strength', endMs: null, conversationId: null });
  expect(Math.abs(saved.startMs - firstKeyMs)).toBeLessThan(120);
}

/** A range by its keys, with another kind, sent by keys too. */
async function writeRange(page: Page, id: string): Promise<void> {
  await openAt(page, id, '20', 20);
  await page.keyboard.press('i');
  await page.keyboard.press('l');
  await expectMoment(page, 30);
  await page.keyboard.press('o');
  await page.keyboard.press('n');
  await page
    .getByRole('form', { name: 'New note' })
    .getByRole('radio', { name: 'Question' })
    .check();
  await composer(page).fill('Who has not spoken here?');
  await composer(page).press('Control+Enter');
  await noteOf(page, 'Who has not spoken here?').waitFor();
  const saved = await savedNote(page, id, 'Who has not spoken here?');
  expect(saved).toMatchObject({ kind: 'question', startMs: near(20_000), endMs: near(30_000) });
}

async function editDeleteUndo(page: Page): Promise<void> {
  const note = noteOf(page, 'Who has not spoken');
  await note.getByRole('button', { name: /^More for the note at/ }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const field = page.getByRole('list').getByRole('textbox', { name: 'Your note' });
  await field.fill('Who has not spoken yet?');
  await page.getByRole('list').getByRole('radio', { name: 'Next step' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await noteOf(page, 'Who has not spoken yet?').getByText('Next step').waitFor();

  await note.getByRole('button', { name: /^More for the note at/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await note.waitFor({ state: 'detached' });
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await noteOf(page, 'Who has not spoken yet?').getByText('Next step').waitFor();
}

/** Markers stand where their notes are in the lesson, and lead there. */
async function useMarkers(page: Page, id: string): Promise<void> {
  const lane = page.getByRole('group', { name: 'Only me' });
  const point = lane.getByRole('button', { name: /Strength · Amira Everybody has/ });
  const range = lane.getByRole('button', { name: /Next step · Amira Who has not/ });
  const of = await savedNote(page, id, 'Everybody has a whiteboard ready');
  const ofRange = await savedNote(page, id, 'Who has not spoken yet?');
  const track = await box(lane);
  const pxAt = (ms: number) => track.x + (ms / (lessonSeconds * 1000)) * track.width;
  const drawn = await box(point);
  expect(Math.abs(drawn.x + drawn.width / 2 - pxAt(of.startMs))).toBeLessThan(2);
  const bar = await box(range);
  expect(Math.abs(bar.x - pxAt(ofRange.startMs))).toBeLessThan(2);
  expect(Math.abs(bar.x + bar.width - pxAt(ofRange.endMs ?? 0))).toBeLessThan(2);

  await range.click();
  await expectMoment(page, ofRange.startMs / 1000);
  await point.click();
  await expectMoment(page, of.startMs / 1000);
}

/** A note as the server has it, once it has it. */
export async function savedNote(page: Page, id: string, body: string): Promise<Annotation> {
  let found: Annotation | undefined;
  const find = async () => {
    found = (await notes(page, id)).find((note) => note.body === body);
    return found;
  };
  await expect.poll(find, soon).toBeDefined();
  if (!found) throw new Error(`There is no note "${body}".`);
  return found;
}

async function box(of: Locator) {
  const found = await of.boundingBox();
  if (!found) throw new Error('It is not on the page.');
  return found;
}

export function near(ms: number) {
  return expect.toSatisfy((value: number) => Math.abs(value - ms) < 120, `within 0.12 s of ${ms}`);
}
