import type { APIRequestContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { readRecording, type Stage, soon } from '../stage.ts';
import { notes } from './annotate.ts';
import { markPage } from './upload.ts';
import { openAt, video } from './watch.ts';

/** Two people at once: shared, found, talked about, narrowed to a date, and taken back. */
export async function share(stage: Stage, amira: Page, id: string): Promise<void> {
  // At the end her video is taken away while it plays, which video.js may say once more.
  const carys = await stage.enter('carys', {
    expectedErrors: /status of 404|Problem encountered with playlist/,
  });
  await carys.goto('/shared');
  await carys.getByRole('heading', { name: 'Nothing is shared with you yet' }).waitFor();
  await expectUnseen(await stage.api('carys'), id);
  const isSameShared = await markPage(carys);

  await openAt(amira, id, '2', 2);
  await amira.getByText('Only you', { exact: true }).waitFor();
  await giveSight(amira);
  await amira.keyboard.press('Escape');

  await carys.getByText('You can watch', { exact: true }).waitFor();
  expect(await isSameShared()).toBe(true);
  await carys.getByRole('link', { name: '8M2 fractions starter' }).click();
  await carys.getByText('Shared with you by Amira · You can watch', { exact: true }).waitFor();
  await letComment(amira, carys);
  await talk(amira, carys, id);
  await expectNobodyElse(stage, id);
  await takeBack(stage, amira, carys, id);
}

async function giveSight(amira: Page): Promise<void> {
  const people = amira.waitForResponse(/\/api\/people/);
  await amira.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = amira.getByRole('dialog');
  await dialog.getByText('Only you', { exact: true }).waitFor();
  // The names wait until they are asked for: they would cover who can see it now.
  await (await people).finished();
  await expect
    .poll(() => amira.evaluate(() => document.activeElement?.tagName), soon)
    .toBe('INPUT');
  expect(await amira.getByRole('listbox').count()).toBe(0);
  await dialog.getByLabel('Share with a colleague').fill('lle');
  await amira.getByRole('option', { name: /Carys Llewellyn/ }).click();
  await dialog.getByRole('radio', { name: 'Can watch', exact: true }).check();
  await dialog.getByText('Once you share it: Seen by you and Carys').waitFor();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByText('Seen by you and Carys', { exact: true }).waitFor();
}

/** Widened to commenting and narrowed to a date, while the colleague looks on. */
async function letComment(amira: Page, carys: Page): Promise<void> {
  await carys.getByRole('tab', { name: /With Amira/ }).click();
  await carys.getByText('Amira has shared this lesson for you to watch.').waitFor();
  const isSame = await markPage(carys);
  await amira.getByRole('button', { name: 'Share', exact: true }).click();
  const row = amira.getByRole('list', { name: 'Who can see it' }).getByRole('listitem');
  await row.getByRole('combobox', { name: 'What Carys Llewellyn can do' }).selectOption('comment');
  await carys.getByRole('textbox', { name: 'Your note' }).waitFor();

  const inMay = new Date().getFullYear() + 1;
  await row.getByRole('button', { name: 'Change until when Carys Llewellyn can see it' }).click();
  await amira.getByLabel('Until (optional)').last().fill(`${inMay}-05-03`);
  await amira.keyboard.press('Enter');
  const until = new RegExp(`3 May( ${inMay})?`);
  await row.getByText(until).waitFor();
  await amira
    .getByRole('dialog')
    .getByText(/^Seen by you and Carys, until 3 May/)
    .waitFor();
  await carys.getByText(/· You can watch and comment, until 3 May/).waitFor();
  expect(await isSame()).toBe(true);
  await amira.keyboard.press('Escape');
  await amira.keyboard.press('Escape');
  await amira.getByRole('dialog').waitFor({ state: 'detached' });
}

/** A private note is put into the conversation, answered, and answered again, live on both screens. */
async function talk(amira: Page, carys: Page, id: string): Promise<void> {
  const areSame = await Promise.all([markPage(amira), markPage(carys)]);
  const fromAmira = 'Everybody has a whiteboard ready';
  expect(await notes(carys, id)).toEqual([]);
  const mine = amira.getByRole('article').filter({ hasText: fromAmira });
  await mine.getByRole('button', { name: /^More for the note at/ }).click();
  await amira.getByRole('menuitem', { name: 'Put into the conversation with Carys' }).click();
  const theirs = carys.getByRole('article').filter({ hasText: fromAmira });
  await theirs.waitFor();
  await theirs.getByRole('button', { name: 'Reply' }).click();
  await theirs.getByRole('textbox', { name: 'Your reply' }).fill('How long did that take?');
  await theirs.getByRole('button', { name: 'Reply' }).click();

  await amira.getByRole('tab', { name: /With Carys/ }).click();
  await amira.getByText('How long did that take?').waitFor();
  await carys
    .getByRole('form', { name: 'New note' })
    .getByRole('radio', { name: 'Question' })
    .check();
  await carys.getByRole('textbox', { name: 'Your note' }).fill('What is on the board?');
  await carys.getByRole('button', { name: 'Send' }).click();
  await amira.getByRole('article').filter({ hasText: 'What is on the board?' }).waitFor();
  await amira
    .getByRole('group', { name: 'With Carys' })
    .getByRole('button', { name: /Question · Carys What is on the board/ })
    .waitFor();
  for (const isSame of areSame) expect(await isSame()).toBe(true);
  expect(await notes(carys, id)).toHaveLength(2);
  expect(await notes(amira, id)).toHaveLength(3);
}

/** An administrator who leads a school, the head, and a colleague next door: none can tell that it exists. */
async function expectNobodyElse(stage: Stage, id: string): Promise<void> {
  for (const name of ['dev', 'esther', 'ben'] as const) {
    await expectUnseen(await stage.api(name), id);
    const page = await stage.enter(name, { expectedErrors: /status of 404/ });
    await page.goto(`/recordings/${id}`);
    await page.getByRole('heading', { name: 'There is nothing here that you can see' }).waitFor();
    expect(await page.title()).not.toContain('8M2');
    await page.goto('/shared');
    await page.getByRole('heading', { name: 'Nothing is shared with you yet' }).waitFor();
    await page.context().close();
  }
}

/** Every address of it answers as that of a recording which never was. */
async function expectUnseen(request: APIRequestContext, id: string): Promise<void> {
  const nowhere = '0198c0de-0000-7000-8000-000000000000';
  const note = { startMs: 0, kind: 'notice', body: 'x' };
  const tries: [method: string, path: string, data?: unknown][] = [
    ['GET', ''],
    ['PATCH', '', { title: 'Mine now' }],
    ['DELETE', ''],
    ['POST', '/restore'],
    ['POST', '/retry'],
    ['GET', '/annotations'],
    ['POST', '/annotations', note],
    ['GET', '/grants'],
    ['GET', '/media/main.m3u8'],
  ];
  for (const [method, path, data] of tries) {
    const answers = await Promise.all(
      [id, nowhere].map(async (each) => {
        const response = await request.fetch(`/api/recordings/${each}${path}`, { method, data });
        const { requestId: _, ...body } = await response.json();
        return { status: response.status(), body };
      }),
    );
    expect(answers[0], `${method} ${path}`).toEqual(answers[1]);
    expect(answers[0]?.status, `${method} ${path}`).toBe(404);
  }
  for (const scope of ['mine', 'shared', 'trash']) {
    const listed = await (await request.get(`/api/recordings?scope=${scope}`)).json();
    expect(listed.items).toEqual([]);
  }
}

/** The playing video stops within a minute, and the page says why. */
async function takeBack(stage: Stage, amira: Page, carys: Page, id: string): Promise<void> {
  const request = carys.context().request;
  const { cutId } = await readRecording(request, id);
  const media = `/api/recordings/${id}/cuts/${cutId}/`;
  const main = await request.get(`${media}main.m3u8`);
  expect(main.status()).toBe(200);
  const playlist = /^[^#\s].*$/m.exec(await main.text())?.[0] ?? '';
  const segments = await (await request.get(`${media}${playlist}`)).text();
  const segment = /^[^#\s].*$/m.exec(segments)?.[0] ?? '';
  const segmentUrl = new URL(segment, `${stage.product.url}${media}${playlist}`).href;
  const before = await request.get(segmentUrl);
  expect(before.status()).toBe(200);

  await openAt(carys, id, '0', 0);
  await carys.keyboard.press('k');
  await expect.poll(async () => (await video(carys)).currentTime, soon).toBeGreaterThan(1);
  await amira.getByRole('button', { name: 'Share', exact: true }).click();
  await amira.getByRole('button', { name: 'Stop sharing' }).click();
  await amira.getByRole('dialog').getByText('Only you', { exact: true }).waitFor();

  const { etag } = before.headers();
  const asked: Record<string, string>[] = [{}, { range: 'bytes=0-1' }];
  if (etag) asked.push({ 'if-none-match': etag });
  for (const headers of asked) {
    expect((await request.get(segmentUrl, { headers })).status()).toBe(404);
  }
  await carys.getByText('what was here is no longer shared with you').waitFor({ timeout: 60_000 });
  expect(await carys.locator('video').count()).toBe(0);
  await expectUnseen(await stage.api('carys'), id);

  // What was said stays with the owner.
  await amira.keyboard.press('Escape');
  await amira.getByRole('article').filter({ hasText: 'What is on the board?' }).waitFor();
  await amira.getByText('You have stopped sharing this lesson with Carys.').waitFor();
}
