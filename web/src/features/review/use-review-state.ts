import type { Annotation, Me, RecordingDetail } from '@second-look/core/contract';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PlayerPort } from '../../player/port.ts';
import { usePlayerState } from '../../player/use-player.ts';
import { notesByTab, type Tab, tabIdOf, tabsOf } from './notes.ts';
import type { OutgoingNote } from './outbox.ts';
import { readStored, writeStored } from './persisted-store.ts';
import { annotationsQuery } from './queries.ts';
import type { Review } from './review-context.ts';
import { useNoteChanges } from './use-note-changes.ts';
import { useOutbox } from './use-outbox.ts';

interface Options {
  recording: RecordingDetail;
  me: Me;
  atMs: number | null;
  noteId: string | null;
}

/** Puts together what the parts of the page share, and keeps which tab and note are open. */
export function useReviewState({ recording, me, atMs, noteId }: Options) {
  const [port, setPort] = useState<PlayerPort | null>(null);
  const playerState = usePlayerState(port);
  const [announcement, setAnnouncement] = useState('');
  const [startMs] = useState(atMs ?? 0);

  const { data, isPending } = useQuery(annotationsQuery(recording.id));
  const outbox = useOutbox(recording.id, me.id);

  const tabs = useMemo(() => tabsOf(recording), [recording]);
  const changes = useNoteChanges(recording.id, tabs);
  const tabKey = `second-look:tab:${me.id}:${recording.id}`;
  const [chosenTabId, setChosenTabId] = useState(() => readStored(tabKey));
  const tab = tabs.find(({ id }) => id === chosenTabId) ?? firstTab(tabs, recording);
  const selectTab = useCallback(
    (id: string) => {
      setChosenTabId(id);
      writeStored(tabKey, id);
    },
    [tabKey],
  );

  const byTab = useMemo(() => {
    const underWay = outbox.notes
      .filter(({ state }) => state === 'sending')
      .map((note) => asAnnotation(note, recording.id, me));
    const others = data?.items.filter(({ id }) => underWay.every((note) => note.id !== id));
    return notesByTab(tabs, [...(others ?? []), ...underWay]);
  }, [data, outbox.notes, tabs, recording.id, me]);

  const [openNoteId, setOpenNoteId] = useState<string | null>(null);
  const openNote = useCallback<Review['openNote']>(
    (note) => {
      setOpenNoteId(note.id);
      selectTab(tabIdOf(note.conversationId));
      port?.seekTo(note.startMs);
    },
    [port, selectTab],
  );

  // What the address asks for is opened once it is there, and again when the address changes.
  const asked = useRef('');
  const address = `${atMs}/${noteId}`;
  useEffect(() => {
    if (!port || !data || asked.current === address) return;
    const isFirst = asked.current === '';
    asked.current = address;
    const note = data.items.find(({ id }) => id === noteId);
    if (note) openNote(note);
    if (atMs !== null && (!isFirst || note)) port.seekTo(atMs);
  }, [port, data, address, noteId, atMs, openNote]);

  const review: Review & { startMs: number } = {
    recording,
    me,
    port,
    startMs,
    durationMs: playerState.durationMs || recording.durationMs || 0,
    tabs,
    tab,
    selectTab,
    notesByTab: byTab,
    areNotesLoading: isPending,
    openNoteId,
    openNote,
    showNote: setOpenNoteId,
    closeNote: () => setOpenNoteId(null),
    outbox,
    changes,
    announce: setAnnouncement,
  };
  return { review, setPort, announcement };
}

/** Where somebody begins who was never here: with themselves, or in the talk they were invited to. */
function firstTab(tabs: readonly Tab[], recording: RecordingDetail): Tab {
  const talk = recording.isMine
    ? undefined
    : tabs.find((tab) => tab.conversationId && tab.canComment);
  return (talk ?? tabs[0]) as Tab;
}

function asAnnotation(note: OutgoingNote, recordingId: string, me: Me): Annotation {
  return {
    id: note.savedId ?? note.clientId,
    recordingId,
    conversationId: note.conversationId,
    startMs: note.startMs,
    endMs: note.endMs,
    kind: note.kind,
    body: note.body,
    author: { id: me.id, name: me.name },
    isMine: true,
    tags: [],
    replies: [],
    createdAt: note.writtenAt,
    updatedAt: note.writtenAt,
  };
}
