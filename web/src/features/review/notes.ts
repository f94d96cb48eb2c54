import type { Annotation, RecordingDetail } from '@second-look/core/contract';
import { formatTimeCode } from '@second-look/core/time';

/** One place to talk: with oneself (`private`), or a conversation. */
export interface Tab {
  id: string;
  conversationId: string | null;
  withName: string | null;
  withId: string | null;
  canComment: boolean;
  /** What one wrote there can still be changed; taken away it can be wherever one sees it. */
  canChange: boolean;
  isLive: boolean;
}

export const privateTabId = 'private';
export const tabIdOf = (conversationId: string | null) => conversationId ?? privateTabId;

export function tabsOf(recording: RecordingDetail): Tab[] {
  const own: Tab = {
    id: privateTabId,
    conversationId: null,
    withName: null,
    withId: null,
    canComment: true,
    canChange: true,
    isLive: true,
  };
  const conversations = recording.conversations.map((conversation) => ({
    id: conversation.id,
    conversationId: conversation.id,
    withName: conversation.with.name,
    withId: conversation.with.id,
    // Its owner may still write into a conversation that ended, but nobody else would read it.
    canComment: conversation.canComment && conversation.isLive,
    canChange: conversation.canComment,
    isLive: conversation.isLive,
  }));
  return [own, ...conversations.toSorted((a, b) => Number(b.isLive) - Number(a.isLive))];
}

export function byTime(a: Annotation, b: Annotation): number {
  return a.startMs - b.startMs || a.createdAt.localeCompare(b.createdAt);
}

/** @returns each tab's notes, sorted by time; a tab without any has an empty list */
export function notesByTab(
  tabs: readonly Tab[],
  notes: readonly Annotation[],
): Map<string, Annotation[]> {
  const byTab = new Map<string, Annotation[]>(tabs.map((tab) => [tab.id, []]));
  for (const note of notes) byTab.get(tabIdOf(note.conversationId))?.push(note);
  for (const list of byTab.values()) list.sort(byTime);
  return byTab;
}

/** A point is spoken of for a little while after its moment. */
const pointLastsMs = 5_000;

/**
 * The note that the video is at: of those whose time it is, the one that began last.
 * @param notes sorted by start
 */
export function noteAt(notes: readonly Annotation[], ms: number): Annotation | null {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((notes[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  // A range may be long, but looking back further than this would cost more than it tells.
  for (let index = low - 1; index >= Math.max(0, low - 200); index--) {
    const note = notes[index];
    if (note && (note.endMs ?? note.startMs + pointLastsMs) > ms) return note;
  }
  return null;
}

/** `12:31`, or `12:31 – 12:52` for a range. */
export function formatSpan({ startMs, endMs }: { startMs: number; endMs: number | null }): string {
  const start = formatTimeCode(startMs);
  return endMs === null ? start : `${start} – ${formatTimeCode(endMs)}`;
}
