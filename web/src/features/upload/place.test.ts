import { expect, test } from 'vitest';
import { newPlace, readStored } from './place.ts';

test('a place that the release before kept goes on as an upload of one file', () => {
  const stored = {
    id: 'a',
    userId: 'u',
    recordingId: 'r',
    clientId: 'c',
    title: 'Fractions',
    lessonDate: '2026-11-12',
    isPaused: true,
    addedAtMs: 5,
    filename: 'IMG_2041.MOV',
    filetype: 'video/quicktime',
    sizeBytes: 100,
    sentBytes: 40,
    uploadUrl: '/api/uploads/x',
    fingerprint: '100-abc',
  };
  expect(readStored(stored)).toEqual({
    id: 'a',
    userId: 'u',
    recordingId: 'r',
    clientId: 'c',
    title: 'Fractions',
    lessonDate: '2026-11-12',
    isPaused: true,
    addedAtMs: 5,
    parts: [
      {
        filename: 'IMG_2041.MOV',
        filetype: 'video/quicktime',
        sizeBytes: 100,
        sentBytes: 40,
        isSent: false,
        uploadUrl: '/api/uploads/x',
        fingerprint: '100-abc',
        handle: undefined,
      },
    ],
  });
});

test('a place of this release is kept as it is', () => {
  const place = newPlace('u', { title: 'Fractions', lessonDate: null, parts: [] });
  expect(readStored(place)).toBe(place);
});
