import type { Annotation, AnnotationKind, Reply } from '@second-look/core/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { noticeSignedOut } from '../../app/query-client.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import type { Tab } from './notes.ts';
import { annotationsQuery, putNote, updateNotes } from './queries.ts';

export interface NotePart {
  kind?: AnnotationKind;
  body?: string;
  startMs?: number;
  endMs?: number | null;
  conversationId?: string | null;
}

/** What an author does to notes that are there already. Each shows at once and goes back where it failed. */
export interface NoteChanges {
  edit: (note: Annotation, part: NotePart) => Promise<boolean>;
  remove: (note: Annotation) => Promise<boolean>;
  /** Puts a private note into a conversation, or takes it back. */
  move: (note: Annotation, conversationId: string | null, withName: string) => Promise<boolean>;
  reply: (note: Annotation, body: string, clientId: string) => Promise<boolean>;
  editReply: (note: Annotation, reply: Reply, body: string) => Promise<boolean>;
  removeReply: (note: Annotation, reply: Reply) => Promise<boolean>;
}

export function useNoteChanges(recordingId: string, tabs: readonly Tab[]): NoteChanges {
  const queryClient = useQueryClient();
  const { t } = useTranslation('review');

  return useMemo(() => {
    /** Shows `after` (`null`: nothing) in place of `before` until the server has answered. */
    const attempt = async (
      before: Annotation,
      after: Annotation | null,
      send: () => Promise<Annotation | undefined>,
    ): Promise<boolean> => {
      await queryClient.cancelQueries(annotationsQuery(recordingId));
      const removed = (notes: Annotation[]) => notes.filter(({ id }) => id !== before.id);
      if (after) putNote(queryClient, after);
      else updateNotes(queryClient, recordingId, removed);
      try {
        const saved = await send();
        if (saved) putNote(queryClient, saved);
        return true;
      } catch (error) {
        noticeSignedOut(error);
        putNote(queryClient, before);
        void queryClient.invalidateQueries(annotationsQuery(recordingId));
        showToast(t('unsaved', { reason: troubleSentence(error) }), { tone: 'trouble' });
        return false;
      }
    };
    /** Bringing words back is writing them: who may not has no button for it. */
    const undoOf = (note: Annotation, restore: () => Promise<Annotation>) =>
      tabs.find((tab) => tab.conversationId === note.conversationId)?.canChange
        ? () => void attempt(note, note, restore)
        : undefined;
    const params = (each: { id: string }) => ({ params: { id: each.id } });
    const patch = (note: Annotation, part: NotePart) =>
      call('PATCH /api/annotations/:id', { ...params(note), body: part });

    const changes: NoteChanges = {
      edit: (note, part) => attempt(note, { ...note, ...part }, () => patch(note, part)),
      async remove(note) {
        const isDone = await attempt(note, null, () =>
          call('DELETE /api/annotations/:id', params(note)),
        );
        if (isDone) {
          const restore = () => call('POST /api/annotations/:id/restore', params(note));
          showToast(t('note.removed'), { undo: undoOf(note, restore) });
        }
        return isDone;
      },
      async move(note, conversationId, withName) {
        const moved = { ...note, conversationId };
        const isDone = await attempt(note, moved, () => patch(note, { conversationId }));
        if (isDone) {
          const back = { conversationId: note.conversationId };
          showToast(t('note.moved', { name: withName }), {
            undo: () => void attempt(moved, note, () => patch(note, back)),
          });
        }
        return isDone;
      },
      reply: (note, body, clientId) =>
        attempt(note, note, () =>
          call('POST /api/annotations/:id/replies', { ...params(note), body: { body, clientId } }),
        ),
      editReply(note, reply, body) {
        const replies = note.replies.map((each) =>
          each.id === reply.id ? { ...each, body } : each,
        );
        return attempt(note, { ...note, replies }, () =>
          call('PATCH /api/replies/:id', { ...params(reply), body: { body } }),
        );
      },
      async removeReply(note, reply) {
        const replies = note.replies.filter(({ id }) => id !== reply.id);
        const isDone = await attempt(note, { ...note, replies }, () =>
          call('DELETE /api/replies/:id', params(reply)),
        );
        if (isDone) {
          const restore = () => call('POST /api/replies/:id/restore', params(reply));
          showToast(t('reply.removed'), { undo: undoOf(note, restore) });
        }
        return isDone;
      },
    };
    return changes;
  }, [queryClient, recordingId, tabs, t]);
}
