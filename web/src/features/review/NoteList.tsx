import { useMediaQuery } from '@mantine/hooks';
import type { Annotation } from '@second-look/core/contract';
import { useVirtualizer, useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NoNotes } from './NoNotes.tsx';
import { NoteCard } from './NoteCard.tsx';
import classes from './NoteList.module.css';
import { OutgoingCard } from './OutgoingCard.tsx';
import { useReview } from './review-context.ts';
import { useNoteAtPlayhead } from './use-note-at-playhead.ts';

const rowOptions = (notes: readonly Annotation[]) => ({
  count: notes.length,
  estimateSize: () => 112,
  gap: 10,
  overscan: 6,
  getItemKey: (index: number) => notes[index]?.id ?? index,
});

/** The open tab's notes by time: in a column that scrolls by itself, or along with the page. */
export function NoteList({ isPage }: { isPage: boolean }) {
  const { tab, notesByTab, areNotesLoading, outbox } = useReview();
  const notes = notesByTab.get(tab.id) ?? [];
  const unsent = outbox.notes.filter(
    (note) => note.conversationId === tab.conversationId && note.state !== 'sending',
  );
  const Rows = isPage ? PageRows : ColumnRows;
  return (
    <Rows key={String(isPage)} notes={notes}>
      {unsent.map((note) => (
        <OutgoingCard key={note.clientId} note={note} />
      ))}
      {notes.length === 0 && unsent.length === 0 && !areNotesLoading && <NoNotes />}
    </Rows>
  );
}

interface RowsProps {
  notes: readonly Annotation[];
  /** What stands above the notes. */
  children: React.ReactNode;
}

function ColumnRows({ notes, children }: RowsProps) {
  const column = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    ...rowOptions(notes),
    getScrollElement: () => column.current,
  });
  return (
    <div ref={column} className={classes.column}>
      {children}
      <NoteRows notes={notes} virtualizer={virtualizer} isFollowing />
    </div>
  );
}

function PageRows({ notes, children }: RowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [topPx, setTopPx] = useState(0);
  const [picturePx, setPicturePx] = useState(0);
  const isPhone = useMediaQuery('(max-width: 640px)');
  // Whatever stands above may have grown since the last render.
  useLayoutEffect(() => {
    const top = Math.round((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    if (Math.abs(top - topPx) > 1) setTopPx(top);
    setPicturePx(document.querySelector<HTMLElement>('[data-player]')?.offsetHeight ?? 0);
  });
  const virtualizer = useWindowVirtualizer({
    ...rowOptions(notes),
    scrollMargin: topPx,
    // On a phone the picture stands above what scrolls, and the buttons to mark a moment below it.
    scrollPaddingStart: isPhone ? picturePx + 16 : 8,
    scrollPaddingEnd: isPhone ? 170 : 8,
  });
  return (
    <>
      {children}
      <div ref={list}>
        <NoteRows notes={notes} virtualizer={virtualizer} isFollowing={false} />
      </div>
    </>
  );
}

interface NoteRowsProps {
  notes: readonly Annotation[];
  virtualizer: Virtualizer<HTMLDivElement, Element> | Virtualizer<Window, Element>;
  /** The list goes along with the video. A whole page would only be pulled about by that. */
  isFollowing: boolean;
}

function NoteRows({ notes, virtualizer, isFollowing }: NoteRowsProps) {
  const { t } = useTranslation('review');
  const { openNoteId } = useReview();
  const atPlayheadId = useNoteAtPlayhead(notes);
  const [editingId, setEditingId] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const lit = openNoteId ?? atPlayheadId;

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another note moves the list
  useEffect(() => {
    // Whoever reads or writes here is not pulled away by the video going on.
    const isHeld = !isFollowing || list.current?.matches(':hover, :focus-within');
    if (openNoteId === null && isHeld) return;
    const index = notes.findIndex(({ id }) => id === lit);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
  }, [lit]);

  return (
    <ul
      ref={list}
      className={classes.list}
      aria-label={t('note.list')}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().map((item) => {
        const note = notes[item.index];
        return (
          note && (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              className={classes.row}
              data-index={item.index}
              aria-setsize={notes.length}
              aria-posinset={item.index + 1}
              style={{
                transform: `translateY(${item.start - virtualizer.options.scrollMargin}px)`,
              }}
            >
              <NoteCard
                note={note}
                isLit={note.id === lit}
                isEditing={note.id === editingId}
                onEdit={(isEditing) => setEditingId(isEditing ? note.id : null)}
              />
            </li>
          )
        );
      })}
    </ul>
  );
}
