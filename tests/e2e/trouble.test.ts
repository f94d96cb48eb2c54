import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { type FixtureName, fixture } from '../media/fixtures.ts';
import {
  chooseVideos,
  openStage,
  readRecording,
  type Stage,
  settled,
  soon,
  upload,
} from './stage.ts';
import { notes, savedNote } from './story/annotate.ts';
import { video } from './story/watch.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const bad: [FixtureName, string][] = [
  [
    'page.mp4',
    'This is a web page saved under a recording’s name. Please upload the recording itself.',
  ],
  ['empty.mp4', 'The file is empty. Please check it on your device and upload it again.'],
  ['picture.mp4', 'This is a picture, not a video.'],
  [
    'random.mp4',
    'This file is neither a video nor a sound recording that we can read. Please check that it plays on your device.',
  ],
];

test('what is no video is told in plain words, and the file is kept', async () => {
  const page = await stage.enter('ben');
  const { ffmpegPath } = await mediaTools();
  await page.goto('/upload');
  await chooseVideos(page, await Promise.all(bad.map(([name]) => fixture(name, ffmpegPath))));
  await page.getByRole('button', { name: `Upload ${bad.length} lessons` }).click();
  await expect
    .poll(() => page.getByText('All of it has arrived, but it cannot be played.').count(), soon)
    .toBe(bad.length);
  expect(await page.getByText('Safe: you can delete it from your device.').count()).toBe(0);
  await page.getByRole('link', { name: 'My lessons' }).click();
  for (const [, reason] of bad) await page.getByText(reason).waitFor();
  // Not where the file would be the same again.
  const offered = page.getByRole('button', { name: /^Try again/ });
  expect(await offered.count()).toBe(1);
  const again = page.getByRole('article').filter({ has: offered });
  await again
    .getByText('This file is neither a video nor a sound recording that we can read.')
    .waitFor();
  const { items } = await (await page.request.get('/api/recordings')).json();
  const webPage = items.find(
    ({ failure }: { failure: { code: string } | null }) => failure?.code === 'web_page',
  );
  await page.goto(`/recordings/${webPage.id}`);
  await page.getByText(bad[0]?.[1] ?? '').waitFor();
  await page.getByText('Nothing is lost: the original file is kept until you delete it.').waitFor();
  expect((await readRecording(page.request, webPage.id)).source).toMatchObject({ isSafe: false });

  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);

  // Trying again comes to the same end, and says so again.
  const unread = items.find(
    ({ failure }: { failure: { code: string } | null }) => failure?.code === 'not_a_video',
  );
  await page.goto(`/recordings/${unread.id}`);
  stage.product.workers.freeze();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Getting the recording ready' }).waitFor();
  stage.product.workers.thaw();
  await page
    .getByText('This file is neither a video nor a sound recording that we can read.')
    .waitFor();
});

test('a lesson that failed can be named, replaced and put away', async () => {
  const page = await stage.enter('ben');
  const { ffmpegPath } = await mediaTools();
  const id = await upload(page.request, await fixture('page.mp4', ffmpegPath), 'Not a lesson');
  expect(await settled(page.request, id)).toMatchObject({ state: 'failed' });
  await page.goto(`/recordings/${id}`);
  await page.getByRole('button', { name: 'Edit details' }).click();
  await page.getByRole('dialog').getByLabel('Title').fill('The wrong file');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'The wrong file' }).waitFor();

  await page.getByRole('link', { name: 'upload the right one as a new lesson' }).click();
  await page.getByRole('button', { name: 'Choose videos or sound' }).waitFor();
  await page.goBack();

  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.getByText('“The wrong file” is in the trash for 30 days.').waitFor();
  await page.getByRole('heading', { name: 'Lessons', exact: true }).waitFor();
  await page.getByRole('link', { name: 'The wrong file' }).waitFor({ state: 'detached' });
  await page.goto('/trash');
  await page.getByRole('heading', { name: 'The wrong file' }).waitFor();
});

test('a lesson without its video asks for it on its own page', async () => {
  const page = await stage.enter('ben');
  const { ffmpegPath } = await mediaTools();
  const draft = await page.request.post('/api/recordings', { data: { title: 'Filmed today' } });
  const { id } = await draft.json();
  await page.goto(`/recordings/${id}`);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose its recording' }).click(),
  ]);
  await chooser.setFiles(await fixture('silent.mp4', ffmpegPath));
  await page.getByRole('group', { name: 'Video controls' }).waitFor();
});

test('a note written while the network is gone is kept, and sent when it is back', async () => {
  const api = await stage.api('amira');
  const { ffmpegPath } = await mediaTools();
  const id = await upload(api, await fixture('silent.mp4', ffmpegPath), 'On a train');
  expect(await settled(api, id)).toMatchObject({ state: 'ready' });
  const page = await stage.enter('amira', { expectedErrors: /ERR_INTERNET_DISCONNECTED/ });
  await page.goto(`/recordings/${id}?t=2`);
  const composer = page.getByRole('textbox', { name: 'Your note' });
  await expect.poll(async () => (await video(page)).currentTime, soon).toBeCloseTo(2, 1);

  await page.context().setOffline(true);
  await composer.pressSequentially('Written in a tunnel');
  await page.getByRole('button', { name: 'Keep' }).click();
  const card = page.getByRole('article').filter({ hasText: 'Written in a tunnel' });
  await card.getByText('Not sent yet: there was no answer from Second Look.').waitFor();
  await composer.pressSequentially('Half a thou');
  expect(await notes({ request: api }, id)).toEqual([]);

  // Even if the tab is closed before the network is back.
  const context = page.context();
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(`/recordings/${id}`);
  const note = await savedNote(again, id, 'Written in a tunnel');
  expect(note.startMs).toBe(2_000);
  await again.getByText('Not sent yet').waitFor({ state: 'detached' });
  const draft = again.getByRole('textbox', { name: 'Your note' });
  await expect.poll(() => draft.inputValue(), soon).toBe('Half a thou');
  expect(await notes({ request: api }, id)).toHaveLength(1);
});

test('the words of a mark are kept, and a mark is taken back, whatever the network does', async () => {
  const api = await stage.api('amira');
  const { ffmpegPath } = await mediaTools();
  const id = await upload(api, await fixture('silent.mp4', ffmpegPath), 'On a bus');
  expect(await settled(api, id)).toMatchObject({ state: 'ready' });
  const page = await stage.enter('amira', {
    viewport: { width: 390, height: 844 },
    expectedErrors: /ERR_INTERNET_DISCONNECTED/,
  });
  await page.goto(`/recordings/${id}`);
  const dock = page.getByRole('group', { name: 'Kind of note' });
  const mark = (kind: string) => dock.getByRole('button', { name: kind }).click();
  const addWords = async (words: string) => {
    await page.getByRole('textbox', { name: 'Add words, or not' }).fill(words);
    await page.getByRole('button', { name: 'Done' }).click();
  };
  const bodies = async () => (await notes({ request: api }, id)).map(({ body }) => body).sort();

  // Taken back, or given its words, while it is still on its way.
  let letThrough = () => {};
  let gate = Promise.resolve();
  await page.route(/annotations$/, async (route) => {
    if (route.request().method() === 'POST') await gate;
    await route.continue();
  });
  const slow = async (kind: string) => {
    gate = new Promise((resolve) => {
      letThrough = resolve;
    });
    const asked = page.waitForRequest((request) => request.method() === 'POST');
    await mark(kind);
    await asked;
  };
  await slow('Strength');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  const taken = page.waitForResponse((response) => response.request().method() === 'DELETE');
  letThrough();
  await taken;
  expect(await bodies()).toEqual([]);
  await slow('Question');
  await addWords('Said at once');
  letThrough();
  await expect.poll(bodies, soon).toEqual(['Said at once']);

  // Marked with the network, worded without it.
  await mark('Notice');
  await expect.poll(bodies, soon).toEqual(['', 'Said at once']);
  await page.context().setOffline(true);
  await addWords('Said in a tunnel');
  const card = page.getByRole('article').filter({ hasText: 'Said in a tunnel' });
  await card.getByText('Not sent yet: there was no answer from Second Look.').waitFor();
  const context = page.context();
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(`/recordings/${id}`);
  await expect.poll(bodies, soon).toEqual(['Said at once', 'Said in a tunnel']);
  await again.getByText('Not sent yet').waitFor({ state: 'detached' });
});

test('a lost network is said, and an upload goes on by itself afterwards', async () => {
  const page = await stage.enter('carys', { expectedErrors: /ERR_INTERNET_DISCONNECTED/ });
  const { ffmpegPath } = await mediaTools();
  const engine = page.waitForResponse(/engine-[^/]*\.js$/);
  await page.goto('/upload');
  await (await engine).finished();
  await page.context().setOffline(true);
  await chooseVideos(page, [await fixture('landscape.mp4', ffmpegPath)]);
  await page.getByText(/^No connection just now\./).waitFor();
  await page.context().setOffline(false);
  await page.getByText('Safe: you can delete it from your device.').waitFor();
});
