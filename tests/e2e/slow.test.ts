import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { openStage, type Stage, settled, upload } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const opening = /^Opening .+ On a slow connection this takes a moment\.$/;
const unreachable = 'We cannot reach Second Look';
const broken = /^This page did not load$/;

/** What is late or missing, where, and what is said when it never comes. */
const pieces: [RegExp, string, string | RegExp][] = [
  [/\/assets\/index-[^/]*\.js/, '/', 'Second Look could not be loaded.'],
  [/\/api\/me$/, '/', unreachable],
  [/\/assets\/Shell-[^/]*\.js/, '/', broken],
  [/\/api\/recordings\b/, '/', unreachable],
  [/\/assets\/SharedPage-[^/]*\.js/, '/shared', broken],
  [/\/api\/recordings\b/, '/shared', unreachable],
  [/\/api\/recordings\b/, '/trash', unreachable],
  [/\/assets\/ReviewPage-[^/]*\.js/, 'lesson', broken],
  [/\/api\/recordings\b/, 'lesson', unreachable],
];

test.each(pieces)(
  '%s late or lost on %s: a sentence, not a blank page',
  async (piece, at, lost) => {
    const page = await stage.enter('amira', {
      expectedErrors: /ERR_FAILED|dynamically imported|ApiProblem: offline/,
    });
    const path = at === 'lesson' ? `/recordings/${await lesson()}` : at;
    let letThrough = () => {};
    const late = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route(piece, async (route) => {
      await late;
      await route.continue();
    });
    await page.goto(path, { waitUntil: 'commit' });
    await page.getByText(opening).first().waitFor();
    letThrough();
    await page.getByRole('button', { name: /^Your account/ }).waitFor();
    await page.getByText(opening).first().waitFor({ state: 'detached' });

    await page.unroute(piece);
    await page.route(piece, (route) => route.abort());
    await page.reload();
    await page.getByText(lost).first().waitFor();
  },
);

test('a list that cannot be asked for again stays, and says that it is older', async () => {
  const page = await stage.enter('amira', { expectedErrors: /ERR_FAILED/ });
  const id = await lesson();
  const live = page.waitForResponse(/\/api\/events$/);
  await page.goto('/');
  await live;
  const card = page.getByRole('link', { name: 'On a slow line' });
  await card.waitFor();
  await page.route(/\/api\/recordings\b/, (route) => route.abort());
  const api = await stage.api('amira');
  await api.patch(`/api/recordings/${id}`, { data: { subject: 'Maths' } });
  await page.getByText('This is how it was when it last answered.').waitFor();
  expect(await card.count()).toBe(1);
});

let made: Promise<string> | undefined;

function lesson(): Promise<string> {
  made ??= makeLesson();
  return made;
}

async function makeLesson(): Promise<string> {
  const api = await stage.api('amira');
  const { ffmpegPath } = await mediaTools();
  const id = await upload(api, await fixture('silent.mp4', ffmpegPath), 'On a slow line');
  expect(await settled(api, id)).toMatchObject({ state: 'ready' });
  return id;
}
