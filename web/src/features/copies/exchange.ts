import './strings.ts';
import type { FilmCopy } from '@second-look/core/contract';
import { call } from '../../app/api.ts';
import { shortTitle } from '../../app/format.ts';
import { i18n } from '../../app/i18n.ts';
import { noticeSignedOut, queryClient } from '../../app/query-client.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';
import type { Picked } from '../upload/picked.ts';
import { loadEngine } from '../upload/uploads.ts';

type Named = Pick<FilmCopy, 'id' | 'title'>;

const longestTitle = 200;

/** A title with more behind it, as far as there is room. */
function titleWith(key: string, title: string): string {
  const named = (words: string) => i18n.t(`copies:${key}`, { title: words });
  // Not half of a character that takes two places.
  const short = title.slice(0, longestTitle - named('').length).replace(/[\uD800-\uDBFF]$/, '');
  return named(short);
}

/** Sends files as another copy of a recording's film. @returns whether it has begun */
export async function uploadCopy(
  { id, title, lessonDate }: Named & { lessonDate: string | null },
  picked: readonly Picked[],
): Promise<boolean> {
  const engine = await loadEngine().catch(() => null);
  if (!engine) {
    showToast(i18n.t('trouble.offlineShort'), { tone: 'trouble' });
    return false;
  }
  const about = { title: titleWith('upload.name', title), lessonDate, copyOf: id };
  const isBegun = await engine.addLesson(picked, about).catch(() => false);
  if (isBegun) showToast(i18n.t('copies:upload.begun'));
  else showToast(i18n.t('trouble.words'), { tone: 'trouble' });
  return isBegun;
}

/**
 * Puts a copy in the place of the film that it is one of, and offers to undo it.
 * @param movedMs how much later in the copy the same moment comes
 * @returns whether that was accepted
 */
export async function putInPlace(first: Named, copy: Named, movedMs: number): Promise<boolean> {
  const earlier = titleWith('exchange.earlierName', first.title);
  const isDone = await exchange(first, copy, { title: earlier, isPutAway: true, movedMs });
  if (!isDone) return false;
  const back = { title: copy.title, isPutAway: false, movedMs: -movedMs };
  showToast(i18n.t('copies:exchange.done', { title: shortTitle(first.title) }), {
    undo: () => {
      void exchange(first, copy, back).then(
        (isBack) => isBack && showToast(i18n.t('copies:exchange.undone')),
      );
    },
  });
  return true;
}

async function exchange(
  { id }: Named,
  copy: Named,
  body: { title: string; isPutAway: boolean; movedMs: number },
): Promise<boolean> {
  try {
    const detail = await call('POST /api/recordings/:id/film/exchange', {
      params: { id },
      body: { with: copy.id, ...body },
    });
    queryClient.setQueryData(['recording', id], detail);
  } catch (error) {
    noticeSignedOut(error);
    showToast(troubleSentence(error), { tone: 'trouble' });
    // Its answer may be what was lost, and not what was asked for.
    void queryClient.invalidateQueries({ queryKey: ['recording', id] });
    void queryClient.invalidateQueries({ queryKey: ['recording', copy.id] });
    return false;
  }
  void queryClient.invalidateQueries({ queryKey: ['recordings'] });
  // In the trash it has no page any more.
  for (const kind of ['recording', 'annotations']) {
    const ofCopy = { queryKey: [kind, copy.id] };
    if (body.isPutAway) queryClient.removeQueries(ofCopy);
    else void queryClient.invalidateQueries(ofCopy);
  }
  void queryClient.invalidateQueries({ queryKey: ['annotations', id] });
  return true;
}
