import { expect, test } from 'vitest';
import { traySummary } from './tray-summary.ts';
import type { Upload, UploadState } from './uploads.ts';

const upload = (state: UploadState, change: Partial<Upload> = {}): Upload => ({
  id: state,
  recordingId: null,
  title: 'Fractions',
  lessonDate: null,
  filename: 'IMG_2041.MOV',
  part: 0,
  parts: 1,
  wanted: ['IMG_2041.MOV'],
  sizeBytes: 100,
  sentBytes: 40,
  isKept: true,
  state,
  trouble: null,
  bytesPerSecond: null,
  ...change,
});

test('no uploads, no line', () => {
  expect(traySummary([])).toBeUndefined();
});

test('what needs its owner comes first', () => {
  const uploads = [upload('safe'), upload('uploading'), upload('needs-file')];
  expect(traySummary(uploads)).toMatchObject({ state: 'attention', count: 1 });
});

test('those under way are added up', () => {
  const uploads = [upload('uploading', { bytesPerSecond: 7 }), upload('waiting', { sentBytes: 0 })];
  expect(traySummary(uploads)).toEqual({
    state: 'uploading',
    count: 2,
    sentBytes: 40,
    sizeBytes: 200,
    bytesPerSecond: 7,
  });
});
