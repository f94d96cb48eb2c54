import { execFile } from 'node:child_process';
import { access, mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { APIRequestContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { wanderingLesson } from './lesson.ts';

const execute = promisify(execFile);

/** Where the pieces of the wandering lesson begin in it, in seconds. */
export const pieceStarts = [0, 20, 40] as const;

/** The wandering lesson as a camera would have cut it: 00001.MP4 to 00003.MP4, at its own key frames. */
export async function lessonInPieces(): Promise<string[]> {
  const whole = await wanderingLesson();
  const folder = join(tmpdir(), 'second-look-fixtures', 'wandering-pieces-1');
  const names = pieceStarts.map((_, index) => `0000${index + 1}.MP4`);
  const paths = names.map((name) => join(folder, name));
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return paths;
  const { ffmpegPath } = await mediaTools();
  const partial = `${folder}-${process.pid}`;
  await mkdir(partial, { recursive: true });
  await execute(ffmpegPath, [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-i', whole, '-c', 'copy'],
    ...['-f', 'segment', '-segment_times', pieceStarts.slice(1).join()],
    ...['-segment_start_number', '1', '-reset_timestamps', '1', join(partial, '%05d.MP4')],
  ]);
  await rename(partial, folder);
  return paths;
}

/** A recording that comes in so many files. */
export async function makeDraft(request: APIRequestContext, parts: number): Promise<string> {
  const draft = await request.post('/api/recordings', { data: { title: 'In pieces', parts } });
  return (await draft.json()).id;
}

/** Begins one of its files past the pages, as another device does. */
export async function beginPart(
  request: APIRequestContext,
  files: string[],
  part: number,
  id: string,
) {
  const file = files[part] ?? '';
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const about = { recordingId: id, filename: basename(file), part: String(part) };
  const made = await request.post('/api/uploads', {
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String((await stat(file)).size),
      'upload-metadata': Object.entries(about)
        .map(([name, value]) => `${name} ${base64(value)}`)
        .join(),
    },
  });
  expect(made.status()).toBe(201);
  return { id, address: made.headers().location ?? '' };
}

/** Leaves a place in the browser, as an upload does. */
export async function keepPlace(page: Page, about: Record<string, unknown>): Promise<void> {
  const { id: userId } = await (await page.request.get('/api/me')).json();
  const ids = { id: crypto.randomUUID(), clientId: crypto.randomUUID(), userId };
  const place = {
    ...ids,
    title: 'Begun',
    lessonDate: null,
    isPaused: false,
    addedAtMs: 0,
    ...about,
  };
  await page.evaluate(
    (kept) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('second-look:uploads', 1);
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('places', { keyPath: 'id' });
          opening.result.createObjectStore('files');
        };
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction(['places'], 'readwrite');
          writing.objectStore('places').put(kept);
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    place,
  );
}
