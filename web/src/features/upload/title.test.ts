import { describe, expect, test } from 'vitest';
import { guessTitle } from './title.ts';

const now = new Date(2026, 10, 22, 14, 0);
const filmed = new Date(2026, 10, 12, 10, 5).getTime();
const guess = (name: string, at = filmed) => guessTitle(name, at, now);

describe('a name that says something is the title', () => {
  test.each([
    ['8M2 fractions_starter 2026-11-12.mp4', '8M2 fractions starter'],
    ['Year 10 probability trees.mov', 'Year 10 probability trees'],
    ['2026-11-12 - Tutor time.mp4', 'Tutor time'],
    ['Fractions (2).mp4', 'Fractions (2)'],
    ['lesson 3 area.webm', 'lesson 3 area'],
    ['Gwers fathemateg – dosbarth ŵyth.mp4', 'Gwers fathemateg – dosbarth ŵyth'],
    ['Video games in maths.mp4', 'Video games in maths'],
    ['Voice and register 9B.m4a', 'Voice and register 9B'],
    ['9MA1.mp4', '9MA1'],
    ['Facade.mp4', 'Facade'],
  ])('%s', (name, title) => {
    expect(guess(name)).toEqual({ title, lessonDate: '2026-11-12' });
  });
});

describe('a camera’s name says nothing, so the day is the title', () => {
  test.each([
    'IMG_2041.MOV',
    'VID_20261112_101112.mp4',
    'PXL_20261112_101112345.mp4',
    'VID-20261112-WA0003.mp4',
    'WhatsApp Video 2026-11-12 at 10.11.12.mp4',
    'GX010042.MP4',
    'GOPR0042.MP4',
    'DJI_0042.MP4',
    'MVI_0042.AVI',
    '20261112_101112.mp4',
    'video.mp4',
    'Screen Recording 2026-11-12 at 10.11.12.mov',
    'trim.4B1C9D20-77AF-4C11-9E53-0A1B2C3D4E5F.MOV',
    '4B1C9D20-77AF-4C11-9E53-0A1B2C3D4E5F.MOV',
    '00012.MTS',
    'New Recording 12.m4a',
    'Voice 001.m4a',
    'Voice_memo_003.m4a',
    'Standard recording 4.m4a',
    'AUD-20261112-WA0003.m4a',
    'PTT-20261112-WA0003.opus',
    'WhatsApp Audio 2026-11-12 at 10.11.12.ogg',
    'ZOOM0001.WAV',
    '20261112 101112.m4a',
  ])('%s', (name) => {
    expect(guess(name)).toEqual({ title: 'Lesson on 12 November', lessonDate: '2026-11-12' });
  });
});

describe('the day', () => {
  test('in the name counts before the file’s own', () => {
    expect(guess('IMG_20261105_0912.mp4', now.getTime()).lessonDate).toBe('2026-11-05');
  });
  test('is the file’s own where the name has none, or an impossible one', () => {
    expect(guess('fractions 20261340.mp4').lessonDate).toBe('2026-11-12');
    expect(guess('fractions 2026-02-31.mp4').lessonDate).toBe('2026-11-12');
    expect(guess('fractions 2027-01-05.mp4').lessonDate).toBe('2026-11-12');
  });
  test('is today where the device does not say', () => {
    expect(guess('IMG_2041.MOV', 0).lessonDate).toBe('2026-11-22');
  });
});

test('a title is never longer than a title may be', () => {
  expect(guess(`${'long '.repeat(60)}.mp4`).title.length).toBeLessThanOrEqual(200);
});
