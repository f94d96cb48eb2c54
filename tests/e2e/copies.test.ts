import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { expectAccessible } from './accessible.ts';
import { openStage, readRecording, type Stage, settled, soon, upload } from './stage.ts';
import { video } from './story/watch.ts';

let stage: Stage;
let folder: string;
/** A lesson that is louder and softer, and what a camera took of it that was switched on 5 s later. */
let whole: string;
let late: string;
beforeAll(async () => {
  stage = await openStage();
  folder = await mkdtemp(join(tmpdir(), 'second-look-copies-'));
  [whole, late] = [join(folder, 'camera.mp4'), join(folder, 'phone.mp4')];
  const { ffmpegPath } = await mediaTools();
  const run = (words: string[]) =>
    promisify(execFile)(ffmpegPath, ['-loglevel', 'error', '-nostdin', ...words]);
  const loudness = "volume='abs(sin(t*1.3)*sin(t*0.37+1))':eval=frame";
  await run([
    ...['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=30'],
    ...['-f', 'lavfi', '-i', `anoisesrc=seed=3:duration=30:sample_rate=48000,${loudness}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac', whole],
  ]);
  await run(['-ss', '5', '-i', whole, '-c:v', 'libx264', '-preset', 'ultrafast', late]);
});
afterAll(async () => {
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What goes into the trash while its page, or a panel about it, is open is asked for once more. */
const expectedErrors = /404 \(Not Found\).*\/api\/recordings\/[^/]+(\/annotations)?\)$/;

const length = async (page: Page) => Math.round((await video(page)).duration);

async function choose(page: Page, files: string[]): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Upload a better copy' });
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    dialog.getByRole('button', { name: 'Choose the file …' }).click(),
  ]);
  await chooser.setFiles(files);
  await dialog.waitFor({ state: 'detached' });
}

test('a better copy takes the place of a film, and notes stay with their moments', async () => {
  const amira = await stage.api('amira');
  const id = await upload(amira, late, 'Begun too late');
  await settled(amira, id);
  const note = { body: 'Who put their hand up?', startMs: 10_000, kind: 'notice' };
  await amira.post(`/api/recordings/${id}/annotations`, { data: note });
  const page = await stage.enter('amira', { expectedErrors });
  await page.goto(`/recordings/${id}`);
  await page.getByRole('button', { name: 'More for this lesson' }).click();
  await page.getByRole('menuitem', { name: 'Upload a better copy …' }).click();
  await page.getByText('stay here, whatever you decide').waitFor();
  await expectAccessible(page, 'uploading a copy');
  await choose(page, [whole]);

  await page.getByText('Another copy of this film is here: ').waitFor();
  const [copy] = (await readRecording(amira, id)).copies;
  if (!copy) throw new Error('There is no copy.');
  await settled(amira, copy.id);
  await page.getByRole('link', { name: 'Look at it' }).click();
  await page.getByRole('heading', { name: 'Begun too late (another copy)' }).waitFor();
  await expect.poll(() => length(page), soon).toBe(30);
  await page.getByRole('button', { name: 'Put it in that place …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Put the copy in place' });
  await dialog.getByText('the same moment comes 5 s later in the copy').waitFor();
  await dialog.getByText('plays 0:25, the copy 0:30').waitFor();
  await expectAccessible(page, 'putting a copy in place');
  await dialog.getByRole('button', { name: 'Put it in place' }).click();

  await page.getByRole('heading', { name: 'Begun too late', exact: true }).waitFor();
  await expect.poll(() => length(page), soon).toBe(30);
  const notes = page.getByRole('article').filter({ hasText: note.body });
  await notes.getByText('0:15').waitFor();
  expect(await readRecording(amira, id)).toMatchObject({ copies: [] });

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('The earlier film is back.').waitFor();
  await expect.poll(() => length(page), soon).toBe(25);
  await notes.getByText('0:10').waitFor();
  await page.getByText('Another copy of this film is here: ').waitFor();
});

test('a film that could not be made ready gets another on its own page', async () => {
  const amira = await stage.api('amira');
  const damaged = join(folder, 'damaged.mp4');
  await writeFile(damaged, 'this is no film');
  const id = await upload(amira, damaged, 'Damaged on its way');
  await settled(amira, id);
  const page = await stage.enter('amira', {
    viewport: { width: 390, height: 844 },
    expectedErrors,
  });
  await page.goto(`/recordings/${id}`);
  await page.getByRole('button', { name: 'Upload a better copy …' }).click();
  await choose(page, [whole]);
  await page.getByRole('button', { name: 'Put it in its place …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Put the copy in place' });
  await dialog.getByText('Their sound does not tell').waitFor();
  await dialog.getByRole('button', { name: 'Put it in place' }).click();
  await expect.poll(() => length(page), soon).toBe(30);
  expect(await readRecording(amira, id)).toMatchObject({ title: 'Damaged on its way' });
});
