/**
 * The storyboard of a film: small pictures of it at even distances, in sheets, and the WebVTT that says which
 * stretch of which sheet stands for which time.
 */
import { formatVttTime, parseVttTime } from './vtt-time.ts';

/** What lies where in the one object that holds all sheets, JPEGs one behind the other. */
export interface StoryboardIndex {
  /** Each picture stands for so long, the first from 0 on. */
  intervalMs: number;
  /** Pictures in a row of a sheet; they go from left to right and then down. */
  columns: number;
  /** In pixels. */
  tileWidth: number;
  tileHeight: number;
  /** Bytes in the object, and how many pictures are on it. */
  sheets: { offset: number; length: number; tiles: number }[];
}

/** One picture: the time that it stands for, and the part of a sheet that it is, in pixels. */
export interface StoryboardPicture {
  startMs: number;
  endMs: number;
  /** The sheet's address as it stands in the text. */
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * WebVTT whose cues are addresses of pictures with a spatial fragment (`#xywh=`, Media Fragments URI 1.0), as
 * players understand it.
 * @param addressOf the address of a sheet, counted from 0, as seen from the text's own
 */
export function writeStoryboard(
  { intervalMs, columns, tileWidth, tileHeight, sheets }: StoryboardIndex,
  addressOf: (sheet: number) => string,
): string {
  const cues: string[] = [];
  for (const [sheet, { tiles }] of sheets.entries()) {
    for (let tile = 0; tile < tiles; tile += 1) {
      const startMs = cues.length * intervalMs;
      const x = (tile % columns) * tileWidth;
      const y = Math.floor(tile / columns) * tileHeight;
      const time = `${formatVttTime(startMs)} --> ${formatVttTime(startMs + intervalMs)}`;
      cues.push(`${time}\n${addressOf(sheet)}#xywh=${x},${y},${tileWidth},${tileHeight}\n`);
    }
  }
  return ['WEBVTT\n', ...cues].join('\n');
}

const cue = /^(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm;

/** @returns the pictures that a text of `writeStoryboard` names, in their order */
export function readStoryboard(text: string): StoryboardPicture[] {
  return [...text.matchAll(cue)].map(([, from = '', to = '', sheet = '', ...numbers]) => {
    const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
    return { startMs: parseVttTime(from), endMs: parseVttTime(to), sheet, x, y, width, height };
  });
}

/** @returns the picture that stands for a moment: beyond the last it is the last, and `undefined` without any */
export function pictureAt(
  pictures: readonly StoryboardPicture[],
  ms: number,
): StoryboardPicture | undefined {
  const [first] = pictures;
  if (!first) return undefined;
  const place = Math.floor(ms / (first.endMs - first.startMs));
  return pictures[Math.min(Math.max(place, 0), pictures.length - 1)];
}
