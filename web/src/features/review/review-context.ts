import type { Annotation, RecordingDetail } from '@second-look/core/contract';
import { createContext, useContext } from 'react';
import type { PlayerPort } from '../../player/port.ts';
import type { Tab } from './notes.ts';
import type { NoteChanges } from './use-note-changes.ts';
import type { OutboxPort } from './use-outbox.ts';

/** What the parts of the review page share: the recording, its player, its notes, and which is open. */
export interface Review {
  recording: RecordingDetail;
  me: { id: string; name: string };
  /** `null` until the player is loaded. */
  port: PlayerPort | null;
  durationMs: number;
  tabs: readonly Tab[];
  tab: Tab;
  selectTab: (id: string) => void;
  /** Sorted by time, those on their way included. */
  notesByTab: ReadonlyMap<string, readonly Annotation[]>;
  areNotesLoading: boolean;
  openNoteId: string | null;
  /** Goes to a note's moment, shows its tab and brings it into view. */
  openNote: (note: Pick<Annotation, 'id' | 'startMs' | 'conversationId'>) => void;
  /** Only brings a note into view, where its tab is open. */
  showNote: (id: string) => void;
  closeNote: () => void;
  outbox: OutboxPort;
  changes: NoteChanges;
  /** Says something to screen readers alone. */
  announce: (message: string) => void;
}

export const ReviewContext = createContext<Review | null>(null);

export function useReview(): Review {
  const review = useContext(ReviewContext);
  if (!review) throw new Error('Only parts of the review page can use the review.');
  return review;
}
