import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { APIRequestContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../../web/src/features/upload/fingerprint.ts';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { expectAccessible } from './accessible.ts';
import { expectFits } from './fits.ts';
import { lessonSeconds, readPicture } from './lesson.ts';
import { beginPart, keepPlace, lessonInPieces, makeDraft, pieceStarts } from './pieces.ts';
import {
  beginUpload,
  chooseVideos,
  openStage,
  readRecording,
  type Stage,
  sendBytes,
  settled,
  soon,
} from './stage.ts';
import { slowDown } from './story/upload.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const safeWords = /^Safe: you can delete (it|all 3 files) from your device\.$/;

test('the files of a camcorder become one lesson, in the order that was chosen', async () => {
  const page = await stage.enter('amira');
  const [first = '', second = '', third = ''] = await lessonInPieces();
  await page.goto('/upload');
  await chooseVideos(page, [third, first, second]);
  const card = page.getByRole('region', { name: '3 files. Are they one lesson?' });
  await expect.poll(() => hasFocus(card.getByRole('heading'))).toBe(true);
  expect(await card.getByLabel('One lesson, in this order').isChecked()).toBe(true);
  const order = () => card.getByRole('listitem').locator('p span:first-child').allInnerTexts();
  expect(await order()).toEqual(['00001.MP4', '00002.MP4', '00003.MP4']);
  expect(await recordings(page.request)).toEqual([]);

  // By keyboard, and the focus stays with what was moved.
  await card.getByRole('button', { name: 'Move 00003.MP4 up' }).focus();
  await page.keyboard.press('ArrowUp');
  expect(await order()).toEqual(['00001.MP4', '00003.MP4', '00002.MP4']);
  await card.getByText('00003.MP4 is now number 2 of 3.').waitFor({ state: 'attached' });
  expect(await hasFocus(card.getByRole('button', { name: 'Move 00003.MP4 up' }))).toBe(true);

  await card.getByRole('button', { name: 'Upload as one lesson' }).click();
  const row = page.getByRole('article');
  await row.getByText('3 files · 11.3 MB').waitFor();
  await row.getByText(safeWords).waitFor();
  const [made] = await recordings(page.request);
  const id = made?.id ?? '';
  expect((await readRecording(page.request, id)).source).toMatchObject({
    parts: 3,
    isSafe: true,
    files: [{ filename: '00001.MP4' }, { filename: '00003.MP4' }, { filename: '00002.MP4' }],
  });
  const done = await settled(page.request, id);
  expect(done).toMatchObject({ state: 'ready' });
  expect(done.durationMs).toBeGreaterThan((lessonSeconds - 0.5) * 1000);
  expect(done.durationMs).toBeLessThan((lessonSeconds + 0.5) * 1000);

  // Two seconds into what was put second, the picture says where in the whole that was filmed.
  await page.goto(`/recordings/${id}?t=${pieceStarts[1] + 2}`);
  const pictureAt = async () => (await readPicture(page))?.seconds ?? -1;
  await expect.poll(pictureAt, soon).toBeGreaterThan(pieceStarts[2] + 1.7);
  expect(await pictureAt()).toBeLessThan(pieceStarts[2] + 2.3);
});

test('a closed tab goes on in the middle of the second file', async () => {
  const page = await stage.enter('ben');
  const context = page.context();
  const files = await lessonInPieces();
  const begun: [part: string, offset: number][] = [];
  const parts = new Map<string, string>();
  context.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (response.request().method() !== 'POST' || pathname !== '/api/uploads') return;
    parts.set(response.headers().location ?? '', partIn(response.request().headers()));
  });
  context.on('request', (request) => {
    if (request.method() !== 'PATCH') return;
    const part = parts.get(new URL(request.url()).pathname) ?? '';
    begun.push([part, Number(request.headers()['upload-offset'])]);
  });
  await page.goto('/upload');
  await slowDown(page, 500_000);
  await chooseVideos(page, files);
  await page.getByRole('button', { name: 'Upload as one lesson' }).click();
  const row = page.getByRole('article');
  await row.getByText('00002.MP4 · file 2 of 3').waitFor();
  const id = (await recordings(page.request))[0]?.id ?? '';
  const arrived = async () => (await readRecording(context.request, id)).source?.files ?? [];
  // The first is 41 % of the whole, the second as much.
  const percent = async () =>
    Number(await row.getByRole('progressbar').getAttribute('aria-valuenow'));
  await expect.poll(percent, soon).toBeGreaterThan(50);
  // A closed tab loses its slow line before its upload, so it leaves first.
  await page.goto('about:blank');
  await page.close();
  expect(await arrived()).toHaveLength(2);
  expect(await readRecording(context.request, id)).toMatchObject({ state: 'uploading' });

  const again = await context.newPage();
  await again.goto('/upload');
  await again.getByText(safeWords).waitFor();
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  expect((await arrived()).map(({ receivedBytes }) => receivedBytes)).toEqual(sizes);
  expect(begun.map(([part]) => part)).toEqual(['0', '1', '1', '2']);
  expect(begun[2]?.[1]).toBeGreaterThan(0);
  expect(await settled(context.request, id)).toMatchObject({ state: 'ready' });
});

test('files that the browser could not keep are asked for by name, and known whichever they are', async () => {
  const page = await stage.enter('ben');
  const files = await lessonInPieces();
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  const first = await beginPart(page.request, files, 0, await makeDraft(page.request, 3));
  await sendBytes(page.request, first.address, bytes[0] ?? Buffer.of());
  const second = await beginPart(page.request, files, 1, first.id);
  await sendBytes(page.request, second.address, (bytes[1] ?? Buffer.of()).subarray(0, 1_000_000));
  const addresses = [first.address, second.address];
  const parts = bytes.map(async (content, part) => ({
    ...{ filename: basename(files[part] ?? ''), filetype: 'video/mp4', sizeBytes: content.length },
    ...{ sentBytes: 0, isSent: false, uploadUrl: addresses[part] ?? null },
    fingerprint: await fingerprint(new Blob([content])),
  }));
  await page.goto('/upload');
  await keepPlace(page, { recordingId: first.id, parts: await Promise.all(parts) });
  await page.reload();
  await page.getByText(/^Choose 00002.MP4 and one more file again to go on: \d+/).waitFor();
  await page.getByText('00002.MP4 · file 2 of 3').waitFor();
  const { ffmpegPath } = await mediaTools();
  await pick(page, 'Choose the 2 files', [await fixture('silent.mp4', ffmpegPath)]);
  await page.getByText(/^That was a different file\. Choose 00002.MP4 again/).waitFor();
  // Whichever button they come through, and with the first, which is there already.
  await pick(page, 'Choose more', files);
  await page.getByText(safeWords).waitFor();
  expect(await page.getByRole('article').count()).toBe(1);
  const { source } = await readRecording(page.request, first.id);
  expect(source?.files.map(({ filename }) => filename)).toEqual(
    files.map((file) => basename(file)),
  );
});

test('lessons that were picked together stay lessons of their own', async () => {
  const page = await stage.enter('carys');
  const [first = '', second = ''] = await lessonInPieces();
  const { ffmpegPath } = await mediaTools();
  const other = await fixture('silent.mp4', ffmpegPath);
  await page.goto('/upload');
  await chooseVideos(page, [first, second]);
  await page.getByLabel('2 lessons').check();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add more files' }).click(),
  ]);
  await chooser.setFiles(other);
  await page.getByRole('button', { name: 'Take out 00002.MP4' }).click();
  await page.getByRole('button', { name: 'Upload 2 lessons' }).click();
  await expect.poll(() => page.getByText(safeWords).count(), soon).toBe(2);
  const made = await recordings(page.request);
  expect(made.map(({ source }) => source?.filename).sort()).toEqual(['00001.MP4', 'silent.mp4']);
  expect(made.map(({ source }) => source?.parts)).toEqual([1, 1]);
});

test('dropped on the lessons, several are asked about on the page for uploads, and can be put away', async () => {
  const page = await stage.enter('dev', { viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.goto('/');
  await page.getByRole('heading', { name: 'Your first lesson goes here' }).waitFor();
  await page.evaluate(() => {
    const data = new DataTransfer();
    for (const name of ['Fractions.mp4', 'Tutor time.mp4']) {
      data.items.add(new File([name], name, { type: 'video/mp4' }));
    }
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data }));
  });
  await page.getByRole('heading', { name: '2 files. Are they one lesson?' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/upload');
  expect(await page.getByLabel('2 lessons').isChecked()).toBe(true);
  await expectFits(page);
  await expectAccessible(page, 'what was picked');
  await page.getByLabel('One lesson, in this order').check();
  await expectFits(page);
  await expectAccessible(page, 'what was picked, in order');
  await page.getByRole('button', { name: 'Cancel' }).tap();
  expect(await hasFocus(page.getByRole('button', { name: 'Choose videos or sound' }))).toBe(true);
  expect(await recordings(page.request)).toEqual([]);
});

test('another device goes on with what is missing, whichever files are picked there', async () => {
  const api = await stage.api('esther');
  const files = await lessonInPieces();
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  const { id, address } = await beginPart(api, files, 0, await makeDraft(api, 3));
  await sendBytes(api, address, bytes[0] ?? Buffer.of());
  const second = await beginPart(api, files, 1, id);
  await sendBytes(api, second.address, (bytes[1] ?? Buffer.of()).subarray(0, 1_000_000));

  const page = await stage.enter('esther', { expectedErrors: /status of 409/ });
  await page.goto('/');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Go on from this device' }).click(),
  ]);
  await chooser.setFiles(files.slice(0, 2));
  // The third has not been seen by this device nor by the server.
  await page.getByRole('link', { name: 'Choose the file' }).click();
  await page.getByText(/^One file of this lesson is still missing\./).waitFor();
  await pick(page, 'Choose the file', files.slice(2));
  await page.getByText(safeWords).waitFor();
  expect((await readRecording(api, id)).source).toMatchObject({
    files: files.map((file, part) => ({ part, filename: basename(file) })),
    isSafe: true,
  });
});

test('what the release before had begun in this browser goes on as it was', async () => {
  const page = await stage.enter('amira');
  const { ffmpegPath } = await mediaTools();
  const file = await fixture('landscape.mp4', ffmpegPath);
  const bytes = await readFile(file);
  const { id, address } = await beginUpload(page.request, file, bytes.length, 'Begun long ago');
  const there = Math.round(bytes.length / 2);
  await sendBytes(page.request, address, bytes.subarray(0, there));
  const print = await fingerprint(new Blob([bytes]));
  await page.goto('/upload');
  await keepPlace(page, {
    ...{ recordingId: id, filename: 'landscape.mp4', filetype: 'video/mp4' },
    ...{ sizeBytes: bytes.length, sentBytes: there, uploadUrl: address, fingerprint: print },
  });
  await page.reload();
  await page.getByText('Choose landscape.mp4 again to go on: 50').waitFor();
  await pick(page, 'Choose landscape.mp4', [file]);
  await page.getByText(safeWords).waitFor();
  expect((await readRecording(page.request, id)).source).toMatchObject({ isSafe: true });
});

async function recordings(request: APIRequestContext) {
  const { items } = await (await request.get('/api/recordings')).json();
  return items as Awaited<ReturnType<typeof readRecording>>[];
}

function hasFocus(element: ReturnType<Page['locator']>): Promise<boolean> {
  return element.evaluate((node) => node === document.activeElement);
}

async function pick(page: Page, button: string, files: string[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: button }).click(),
  ]);
  await chooser.setFiles(files);
}

/** The part that a tus upload says it is. */
function partIn(headers: Record<string, string>): string {
  const [, value = ''] = /part (\S+?)(?:,|$)/.exec(headers['upload-metadata'] ?? '') ?? [];
  return Buffer.from(value, 'base64').toString();
}
