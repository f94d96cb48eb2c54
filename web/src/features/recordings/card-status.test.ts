import { expect, test } from 'vitest';
import type { Upload } from '../upload/uploads.ts';
import { cardStatus } from './card-status.ts';

const upload: Upload = {
  id: 'u',
  recordingId: 'r',
  title: 'Fractions',
  lessonDate: null,
  filename: 'IMG_2041.MOV',
  part: 0,
  parts: 1,
  wanted: ['IMG_2041.MOV'],
  sizeBytes: 1_000_000_000,
  sentBytes: 430_000_000,
  isKept: true,
  state: 'uploading',
  trouble: null,
  bytesPerSecond: 5_000_000,
};
const plain = (status: ReturnType<typeof cardStatus>) => status?.label.replaceAll('\u00a0', ' ');

test('nothing is said of what is simply there', () => {
  expect(
    cardStatus({ state: 'ready', playable: true, progress: null, hasPicture: true }),
  ).toBeUndefined();
});

test('what this browser uploads is known to the minute', () => {
  const recording = {
    state: 'uploading',
    playable: false,
    progress: 0.4,
    hasPicture: true,
  } as const;
  expect(plain(cardStatus(recording, upload))).toBe(
    'Uploading · 2 min left · you can close the tab',
  );
  expect(plain(cardStatus(recording, { ...upload, isKept: false }))).toBe('Uploading · 2 min left');
  expect(plain(cardStatus(recording, { ...upload, state: 'needs-file' }))).toBe(
    'Choose the file again to go on: 43 % is here',
  );
  expect(plain(cardStatus(recording))).toBe('Uploading · 40 % is here');
});

test('once the server prepares it, that is said', () => {
  const recording = {
    state: 'processing',
    playable: false,
    progress: 0.43,
    hasPicture: true,
  } as const;
  expect(plain(cardStatus(recording, { ...upload, state: 'safe' }))).toBe('Preparing · 43 %');
  expect(plain(cardStatus({ ...recording, playable: true }))).toBe(
    'Ready to watch · finer picture at 43 %',
  );
  expect(plain(cardStatus({ ...recording, playable: true, hasPicture: false }))).toBe(
    'Ready to listen · even loudness at 43 %',
  );
});
