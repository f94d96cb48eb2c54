import { readFile } from 'node:fs/promises';
import type { APIRequestContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { fixture } from '../media/fixtures.ts';
import { wanderingLesson } from './lesson.ts';
import { beginUpload, openStage, readRecording, type Stage, sendBytes, soon } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('what one device has begun, another goes on with from there', async () => {
  const phone = await stage.api('amira');
  const file = await wanderingLesson();
  const bytes = await readFile(file);
  const { id, address } = await beginUpload(phone, file, bytes.length, 'Begun on a phone');
  const there = Math.round(bytes.length * 0.6);
  await sendBytes(phone, address, bytes.subarray(0, there));

  const laptop = await stage.enter('amira', { expectedErrors: /status of 409/ });
  const offsets: number[] = [];
  laptop.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  const choose = async (path: string) => {
    const [chooser] = await Promise.all([
      laptop.waitForEvent('filechooser'),
      laptop.getByRole('button', { name: 'Go on from this device' }).click(),
    ]);
    await chooser.setFiles(path);
  };
  await laptop.goto('/');
  const { ffmpegPath } = await mediaTools();
  await choose(await fixture('landscape.mp4', ffmpegPath));
  await laptop.getByText(/^That was a different file, so nothing was sent\./).waitFor();
  expect((await readRecording(phone, id)).source).toMatchObject({ receivedBytes: there });
  expect(offsets).toEqual([]);

  await choose(file);
  const isSafe = async () => (await readRecording(phone, id)).source?.isSafe;
  await expect.poll(isSafe, soon).toBe(true);
  expect(offsets.at(-1)).toBe(there);
  expect(await titles(phone)).toEqual(['Begun on a phone']);
});

async function titles(request: APIRequestContext): Promise<string[]> {
  const { items } = await (await request.get('/api/recordings')).json();
  return items.map(({ title }: { title: string }) => title);
}
