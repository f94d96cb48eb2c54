import type { Annotation } from '@second-look/core/contract';
import { useEffect, useState } from 'react';
import { useMoment } from '../../player/use-player.ts';
import { noteAt } from './notes.ts';
import { useReview } from './review-context.ts';

/** How far the video may go on from an opened note before it is no longer the one in hand. */
const leaveMs = 6_000;

/** @returns the id of the note that the video is at; renders only when it becomes another */
export function useNoteAtPlayhead(notes: readonly Annotation[]): string | null {
  const { port, openNoteId, closeNote } = useReview();
  const [id, setId] = useState<string | null>(null);
  const follow = (ms: number) => {
    setId(noteAt(notes, ms)?.id ?? null);
    const open = openNoteId === null ? undefined : notes.find((note) => note.id === openNoteId);
    if (!open || port?.state().isPaused) return;
    if (ms < open.startMs - 1_000 || ms > (open.endMs ?? open.startMs) + leaveMs) closeNote();
  };
  useMoment(port, follow);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other notes may be at the same moment
  useEffect(() => follow(port?.currentMs() ?? 0), [notes]);
  return id;
}
