import type { AnnotationKind } from '@second-look/core/contract';

export interface LaneNote {
  id: string;
  startMs: number;
  endMs: number | null;
  kind: AnnotationKind;
}

/** What is drawn on a lane: one note, or several that begin too close together to be told apart. */
export interface Marker<N extends LaneNote = LaneNote> {
  notes: [N, ...N[]];
  leftPx: number;
  widthPx: number;
  /** How far the longest of its ranges reaches from its start; 0 for points. */
  reachPx: number;
  /** A point is a ring around its moment; a range is a bar from its start; several show their count. */
  shape: 'point' | 'range' | 'several';
}

export const markerPx = 14;
/** Closer starts than this make one marker: any nearer and the finger or the eye can't part them. */
const tellApartPx = 10;

/** @returns how much room a count needs on the lane; from 100 on it is written 99+ */
function countPx(count: number): number {
  if (count < 10) return 18;
  return count < 100 ? 23 : 30;
}

/** @returns where a moment lies on a track, in pixels from its start */
export function pxOf(ms: number, durationMs: number, widthPx: number): number {
  return durationMs > 0 ? (Math.min(Math.max(ms, 0), durationMs) / durationMs) * widthPx : 0;
}

/** @returns the moment at a distance from the track's start, in whole milliseconds */
export function msAt(px: number, durationMs: number, widthPx: number): number {
  return widthPx > 0 ? Math.round((Math.min(Math.max(px, 0), widthPx) / widthPx) * durationMs) : 0;
}

/**
 * Lays notes out on a track. However many notes there are, the markers are bounded by the width.
 * @param notes sorted by start
 */
export function layOut<N extends LaneNote>(
  notes: readonly N[],
  durationMs: number,
  widthPx: number,
): Marker<N>[] {
  const groups: { notes: [N, ...N[]]; startPx: number }[] = [];
  for (const note of notes) {
    const startPx = pxOf(note.startMs, durationMs, widthPx);
    const last = groups.at(-1);
    const roomPx = last && last.notes.length > 1 ? countPx(last.notes.length) + 1 : tellApartPx;
    if (last && startPx - last.startPx < roomPx) last.notes.push(note);
    else groups.push({ notes: [note], startPx });
  }
  return groups.map(({ notes, startPx }) => {
    const endMs = notes.reduce((latest, note) => Math.max(latest, note.endMs ?? 0), 0);
    const reachPx = Math.max(pxOf(endMs, durationMs, widthPx) - startPx, 0);
    const leftPx = startPx - markerPx / 2;
    if (notes.length > 1)
      return { notes, leftPx, widthPx: countPx(notes.length), reachPx, shape: 'several' };
    if (notes[0].endMs === null)
      return { notes, leftPx, widthPx: markerPx, reachPx: 0, shape: 'point' };
    return {
      notes,
      leftPx: startPx,
      widthPx: Math.max(reachPx, markerPx),
      reachPx,
      shape: 'range',
    };
  });
}

/** @returns the note of a marker to open next: its first, or the one after the one that is open */
export function nextOf<N extends LaneNote>(marker: Marker<N>, openId: string | null): N {
  const index = marker.notes.findIndex((note) => note.id === openId);
  return marker.notes[(index + 1) % marker.notes.length] ?? marker.notes[0];
}
