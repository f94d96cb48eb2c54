import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { expectAccessible } from './accessible.ts';
import { openStage, type Stage, settled, upload } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('the page to sign in', async () => {
    const page = await stage.enter(null, { colorScheme, expectedErrors: /status of 401/ });
    await page.goto('/');
    await page.getByLabel('Email').waitFor();
    await expectScheme(page, colorScheme);
    await expectAccessible(page, 'sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Please type your email.').waitFor();
    await expectAccessible(page, 'sign-in with what is missing');
    await page.getByLabel('Email').fill('amira@lessons.test');
    await page.getByLabel('Password', { exact: true }).fill('not the one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('That email and password do not belong together.').waitFor();
    await expectAccessible(page, 'sign-in refused');
  });

  test('pages with nothing on them', async () => {
    const page = await stage.enter('ben', { colorScheme, expectedErrors: /status of 404/ });
    const empty = {
      '/': 'Your first lesson goes here',
      '/shared': 'Nothing is shared with you yet',
      '/trash': 'The trash is empty',
      '/upload': 'Upload a recording',
      '/recordings/0198c0de-0000-7000-8000-000000000000': 'There is nothing here that you can see',
      '/nowhere': 'There is nothing here that you can see',
    };
    for (const [path, heading] of Object.entries(empty)) {
      await page.goto(path);
      await page.getByRole('heading', { name: heading }).waitFor();
      await expectScheme(page, colorScheme);
      await expectAccessible(page, path);
    }
  });

  test('a lesson with notes, its dialogs and its lists', async () => {
    const { id, brokenId } = await lessons();
    const page = await stage.enter('amira', { colorScheme });
    await page.goto('/');
    await page.getByRole('link', { name: 'A lesson to look at' }).waitFor();
    await page.getByText('This is a web page saved under a recording’s name.').waitFor();
    await expectAccessible(page, 'home');
    await page.getByRole('button', { name: 'More for “A lesson to look at”' }).click();
    await page.getByRole('menuitem', { name: 'Edit details' }).click();
    await page.getByRole('dialog').getByLabel('Title').waitFor();
    await expectAccessible(page, 'details');

    await page.goto(`/recordings/${brokenId}`);
    await page.getByRole('heading', { name: 'This recording could not be made ready' }).waitFor();
    await expectAccessible(page, 'failed');

    await page.goto(`/recordings/${id}?t=1`);
    await page.getByRole('group', { name: 'Video controls' }).waitFor();
    await page.getByRole('article').first().waitFor();
    await expectAccessible(page, 'review');
    await page
      .getByRole('button', { name: /^More for the note at/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Edit' }).waitFor();
    await expectAccessible(page, 'the menu of a note');
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Save' }).waitFor();
    await expectAccessible(page, 'a note being changed');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Share with a colleague').fill('ben');
    await page.getByRole('option', { name: /Ben/ }).click();
    await page.getByLabel('Until (optional)').waitFor();
    await expectAccessible(page, 'sharing');

    const there = await stage.enter('carys', { colorScheme });
    await there.goto('/shared');
    await there.getByText('You can watch and comment').waitFor();
    await expectAccessible(there, 'shared with me');
    await there.goto(`/recordings/${id}`);
    await there.getByRole('tab', { name: /With Amira/ }).waitFor();
    await there.getByRole('group', { name: 'Video controls' }).waitFor();
    await expectAccessible(there, 'somebody else’s lesson');
  });
});

let made: Promise<{ id: string; brokenId: string }> | undefined;

/** One lesson that has everything, and one that failed; made once. */
function lessons() {
  made ??= makeLessons();
  return made;
}

async function makeLessons() {
  const { ffmpegPath } = await mediaTools();
  const request = await stage.api('amira');
  const id = await upload(
    request,
    await fixture('landscape.mp4', ffmpegPath),
    'A lesson to look at',
  );
  const brokenId = await upload(request, await fixture('page.mp4', ffmpegPath), 'A web page');
  const kinds = ['notice', 'question', 'strength', 'next_step'];
  for (const [index, kind] of kinds.entries()) {
    const data = { kind, startMs: index * 2_000, endMs: index === 2 ? 5_500 : null, body: kind };
    const response = await request.post(`/api/recordings/${id}/annotations`, { data });
    expect(response.status()).toBe(201);
  }
  expect(await settled(request, id)).toMatchObject({ state: 'ready' });
  expect(await settled(request, brokenId)).toMatchObject({ state: 'failed' });
  await request.post(`/api/recordings/${id}/grants`, {
    data: {
      principal: { type: 'user', id: await findPerson('Carys') },
      rights: ['view', 'comment'],
    },
  });
  return { id, brokenId };

  async function findPerson(name: string): Promise<string> {
    const { items } = await (await request.get(`/api/people?q=${name}`)).json();
    return items[0].id;
  }
}

/** A page that kept the other scheme would pass the check twice. */
async function expectScheme(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  const shown = await page.evaluate(() => document.documentElement.dataset.mantineColorScheme);
  expect(shown).toBe(scheme);
}
