import type { Grant } from '@second-look/core/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { firstName } from '../../ui/person.ts';
import { showToast } from '../../ui/toasts.ts';
import type { ShareToBe } from './audience-after.ts';

export const rightsOf = (canComment: boolean) =>
  canComment ? (['view', 'comment'] as const) : (['view'] as const);

/** Sharing, changing a share and ending it. Ending can be undone, which shares again. */
export function useSharing(recordingId: string) {
  const { t } = useTranslation('sharing');
  const queryClient = useQueryClient();
  const onSettled = () =>
    Promise.all(
      [['grants', recordingId], ['recording', recordingId], ['recordings']].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  const onError = (error: unknown) => showToast(troubleSentence(error), { tone: 'trouble' });

  const share = useMutation({
    mutationFn: ({ principal, canComment, expiresAt, reason }: ShareToBe & { reason: string }) =>
      call('POST /api/recordings/:id/grants', {
        params: { id: recordingId },
        body: {
          principal: { type: principal.type, id: principal.id },
          rights: [...rightsOf(canComment)],
          expiresAt,
          reason,
        },
      }),
    onSuccess: ({ principal }) => showToast(t('shared', { name: firstName(principal.name) })),
    onError,
    onSettled,
  });
  const change = useMutation({
    mutationFn: ({ id, ...body }: Pick<Grant, 'id' | 'rights' | 'expiresAt'>) =>
      call('PATCH /api/grants/:id', { params: { id }, body }),
    onError,
    onSettled,
  });
  const stop = useMutation({
    mutationFn: ({ id }: Grant) => call('DELETE /api/grants/:id', { params: { id } }),
    onSuccess: (_, { principal, rights, expiresAt, reason }) =>
      showToast(t('stopped', { name: firstName(principal.name) }), {
        undo: () =>
          share.mutate({ principal, canComment: rights.includes('comment'), expiresAt, reason }),
      }),
    onError,
    onSettled,
  });
  return { share, change, stop };
}
