import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import type { InfiniteData } from '@tanstack/react-query';
import { call } from '../../app/api.ts';
import { shortTitle } from '../../app/format.ts';
import { i18n } from '../../app/i18n.ts';
import { noticeSignedOut, queryClient } from '../../app/query-client.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import { loadEngine, uploadStore } from '../upload/uploads.ts';

type Named = Pick<Recording, 'id' | 'title'>;
type Pages = InfiniteData<{ items: Recording[]; nextCursor: string | null }>;

const refreshLists = () => queryClient.invalidateQueries({ queryKey: ['recordings'] });

/** Moves a recording to the trash at once, and offers to undo it. */
export async function moveToTrash({ id, title }: Named): Promise<boolean> {
  hide('mine', id);
  try {
    await call('DELETE /api/recordings/:id', { params: { id } });
  } catch (error) {
    await refreshLists();
    fail(error);
    return false;
  }
  const upload = uploadStore.read().find(({ recordingId }) => recordingId === id);
  const engine = upload ? await loadEngine() : undefined;
  if (upload) engine?.pauseUpload(upload.id);
  void refreshLists();
  showToast(i18n.t('recordings:card.trashed', { title: shortTitle(title) }), {
    undo: () => {
      void restore({ id, title }, { quietly: true }).then(() => {
        if (upload) engine?.resumeUpload(upload.id);
      });
    },
  });
  return true;
}

/** Brings a recording back from the trash. */
export async function restore({ id, title }: Named, { quietly = false } = {}): Promise<void> {
  hide('trash', id);
  try {
    await call('POST /api/recordings/:id/restore', { params: { id } });
    if (!quietly) showToast(i18n.t('recordings:trash.restored', { title: shortTitle(title) }));
  } catch (error) {
    fail(error);
  }
  void queryClient.invalidateQueries({ queryKey: ['recording', id] });
  await refreshLists();
}

/** Prepares a failed recording once more. */
export async function retry({ id }: Named): Promise<void> {
  try {
    await call('POST /api/recordings/:id/retry', { params: { id } });
  } catch (error) {
    fail(error);
  }
  void queryClient.invalidateQueries({ queryKey: ['recording', id] });
  await refreshLists();
}

function fail(error: unknown) {
  noticeSignedOut(error);
  showToast(troubleSentence(error), { tone: 'trouble' });
}

/** Takes a recording out of a list on the screen, ahead of the server's answer. */
function hide(scope: 'mine' | 'trash', id: string) {
  // An answer that is under way still has it.
  void queryClient.cancelQueries({ queryKey: ['recordings', scope] });
  queryClient.setQueryData<Pages>(
    ['recordings', scope],
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.filter((item) => item.id !== id),
        })),
      },
  );
}
