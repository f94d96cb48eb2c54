import type { RecordingDetail } from '@second-look/core/contract';
import { call } from '../../app/api.ts';
import { i18n } from '../../app/i18n.ts';
import { noticeSignedOut, queryClient } from '../../app/query-client.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';

type Film = NonNullable<RecordingDetail['film']>;
type Trim = Pick<Film, 'startMs' | 'endMs'>;
type Filmed = Pick<RecordingDetail, 'id' | 'film'>;

/** Turns the picture a quarter clockwise, and offers to undo it. */
export async function turnFilm({ id, film }: Filmed): Promise<void> {
  if (!film) return;
  const { turned } = film;
  const further = ((turned + 90) % 360) as Film['turned'];
  await change(id, { turned: further }, 'film.turned', { turned });
}

/** Has only a part of the film shown from now on, and offers to undo it. @returns whether that was accepted */
export function trimFilm({ id, film }: Filmed, trim: Trim): Promise<boolean> {
  const { startMs = 0, endMs = null } = film ?? {};
  return change(id, { trim }, 'film.trimmed', { trim: { startMs, endMs } });
}

/** Shows all of the film again. */
export function untrimFilm({ id, film }: Filmed): Promise<boolean> {
  const { startMs = 0, endMs = null } = film ?? {};
  const all = { trim: { startMs: 0, endMs: null } };
  return change(id, all, 'film.untrimmed', { trim: { startMs, endMs } });
}

/** Makes the picture at a moment the one that stands for the lesson. */
export async function chooseCover(id: string, atMs: number): Promise<void> {
  try {
    await call('PUT /api/recordings/:id/poster', { params: { id }, body: { atMs } });
    showToast(i18n.t('review:film.cover'));
  } catch (error) {
    fail(error);
  }
}

async function change(
  id: string,
  body: { turned?: Film['turned']; trim?: Trim },
  said: string,
  before?: typeof body,
): Promise<boolean> {
  try {
    const detail = await call('PATCH /api/recordings/:id/film', { params: { id }, body });
    queryClient.setQueryData(['recording', id], detail);
  } catch (error) {
    fail(error);
    return false;
  }
  void queryClient.invalidateQueries({ queryKey: ['recordings'] });
  void queryClient.invalidateQueries({ queryKey: ['annotations', id] });
  showToast(i18n.t(`review:${said}`), {
    undo: before && (() => void change(id, before, 'film.asBefore')),
  });
  return true;
}

function fail(error: unknown) {
  noticeSignedOut(error);
  showToast(troubleSentence(error), { tone: 'trouble' });
}
