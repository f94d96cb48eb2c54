import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { expectAccessible } from './accessible.ts';
import { expectFits } from './fits.ts';
import { emailOf, openStage, password, type Stage, settled, soon, upload } from './stage.ts';
import { savedNote } from './story/annotate.ts';
import { video } from './story/watch.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const phone = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  deviceScaleFactor: 2,
};

test.each(['light', 'dark'] as const)(
  'a phone marks moments with a thumb, in %s',
  async (scheme) => {
    const api = await stage.api('amira');
    const { ffmpegPath } = await mediaTools();
    const id = await upload(
      api,
      await fixture('portrait.mov', ffmpegPath),
      `In a corridor, ${scheme}`,
    );
    expect(await settled(api, id)).toMatchObject({ state: 'ready' });
    const page = await stage.enter(null, {
      ...phone,
      colorScheme: scheme,
      expectedErrors: /status of 401/,
    });

    await page.goto('/');
    await page.getByLabel('Email').fill(emailOf('amira'));
    await page.getByLabel('Password', { exact: true }).fill(password);
    await expectFits(page);
    await page.getByRole('button', { name: 'Sign in' }).tap();
    const card = page.getByRole('link', { name: `In a corridor, ${scheme}` });
    await card.waitFor();
    await expectFits(page);
    await expectAccessible(page, 'home');
    await card.tap();

    const dock = page.getByRole('group', { name: 'Kind of note' });
    await dock.waitFor();
    expect(await dock.getByRole('button').allInnerTexts()).toEqual([
      'Notice',
      'Question',
      'Strength',
      'Next step',
    ]);
    for (const button of await dock.getByRole('button').all()) {
      const box = await button.boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(44);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(phone.viewport.height);
    }
    await expectFits(page);

    await page.getByRole('button', { name: 'Play' }).first().tap();
    await expect.poll(async () => (await video(page)).currentTime, soon).toBeGreaterThan(0.5);
    await dock.getByRole('button', { name: 'Question' }).tap();
    await page
      .getByRole('textbox', { name: 'Add words, or not' })
      .fill('Who is out of sight here?');
    await page.getByRole('button', { name: 'Done' }).tap();
    const note = await savedNote(page, id, 'Who is out of sight here?');
    expect(note).toMatchObject({ kind: 'question', conversationId: null });
    await page.getByRole('article').filter({ hasText: 'Who is out of sight here?' }).waitFor();
    await expectFits(page);
    await expectAccessible(page, 'review');

    // A mark without words can be taken back at once.
    await dock.getByRole('button', { name: 'Strength' }).tap();
    await page.getByRole('button', { name: 'Undo' }).first().tap();
    const kinds = async () => {
      const { items } = await (await api.get(`/api/recordings/${id}/annotations`)).json();
      return items.map(({ kind }: { kind: string }) => kind);
    };
    await expect.poll(kinds, soon).toEqual(['question']);

    await page.goto('/upload');
    await page.getByRole('button', { name: 'Choose videos or sound' }).waitFor();
    await expectFits(page);
    await page.goto('/shared');
    await page.getByRole('heading', { name: 'Shared with me' }).waitFor();
    await expectFits(page);
  },
);
