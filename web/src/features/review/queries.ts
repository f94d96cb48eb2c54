import type { Annotation, RecordingDetail } from '@second-look/core/contract';
import { readStoryboard } from '@second-look/core/storyboard';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { call, send } from '../../app/api.ts';

/** All the notes on a recording that the reader may see. */
export const annotationsQuery = (recordingId: string) =>
  queryOptions({
    queryKey: ['annotations', recordingId],
    queryFn: ({ signal }) =>
      call('GET /api/recordings/:id/annotations', { params: { id: recordingId }, signal }),
  });

// Their address is another once they are made anew.
const neverStale = { staleTime: Number.POSITIVE_INFINITY };

/** The small pictures of a lesson, with whole addresses of their sheets. */
export const storyboardQuery = ({ id, storyboardUrl }: RecordingDetail) =>
  queryOptions({
    queryKey: ['storyboard', id, storyboardUrl],
    queryFn: async ({ signal }) => {
      const response = await send(storyboardUrl ?? '', { method: 'GET', signal });
      const pictures = readStoryboard(await response.text());
      return pictures.map((each) => ({ ...each, sheet: new URL(each.sheet, response.url).href }));
    },
    ...neverStale,
  });

/** Changes the notes that are on the screen, ahead of the server or with its answer. */
export function updateNotes(
  queryClient: QueryClient,
  recordingId: string,
  update: (notes: Annotation[]) => Annotation[],
): void {
  queryClient.setQueryData(annotationsQuery(recordingId).queryKey, (list) =>
    list ? { items: update(list.items) } : list,
  );
}

/** Puts a note in, in place of what was there under its id. */
export function putNote(queryClient: QueryClient, note: Annotation): void {
  updateNotes(queryClient, note.recordingId, (notes) => [
    ...notes.filter((each) => each.id !== note.id),
    note,
  ]);
}
