import './strings.ts';
import type { Invitation, Staff } from '@second-look/core/contract';
import { call } from '../../app/api.ts';
import { i18n } from '../../app/i18n.ts';
import { queryClient } from '../../app/query-client.ts';
import { troubleSentence } from '../../app/trouble.ts';
import { showToast } from '../../ui/toasts.ts';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['organisations'] });

/** Does one thing about somebody, and says that it is done. */
async function attempt(work: Promise<unknown>, said: string, undo?: () => void): Promise<void> {
  try {
    await work;
    showToast(said, { undo });
  } catch (error) {
    showToast(troubleSentence(error), { tone: 'trouble' });
  }
  await refresh();
}

export function giveRole(
  organisationId: string,
  { id, name, role: before }: Staff,
  role: Staff['role'],
): Promise<void> {
  const give = (wanted: Staff['role']) =>
    call('PATCH /api/organisations/:id/people/:userId', {
      params: { id: organisationId, userId: id },
      body: { role: wanted },
    });
  const words = (given: Staff['role']) =>
    i18n.t('people:roleGiven', { name, role: i18n.t(`people:role.${given}`) });
  return attempt(give(role), words(role), () => void attempt(give(before), words(before)));
}

export function closeAccount({ id, name }: Staff): Promise<void> {
  return attempt(
    call('POST /api/people/:id/close', { params: { id } }),
    i18n.t('people:closed', { name }),
  );
}

export function reopenAccount({ id, name }: Staff): Promise<void> {
  return attempt(
    call('POST /api/people/:id/reopen', { params: { id } }),
    i18n.t('people:reopened', { name }),
  );
}

export function withdraw({ id, email }: Invitation): Promise<void> {
  return attempt(
    call('DELETE /api/invitations/:id', { params: { id } }),
    i18n.t('people:withdrawn', { email }),
  );
}

export interface Invited {
  invited: string[];
  refused: { email: string; reason: string }[];
}

/** @throws {ApiProblem} */
export async function invite(
  organisationId: string,
  body: { emails: string[]; role: Staff['role'] },
): Promise<Invited> {
  const answer = await call('POST /api/organisations/:id/invitations', {
    params: { id: organisationId },
    body,
  });
  await refresh();
  return answer;
}

export async function inviteAgain(
  organisationId: string,
  { email, role }: Invitation,
): Promise<void> {
  try {
    const { refused } = await invite(organisationId, { emails: [email], role });
    const [one] = refused;
    if (one) showToast(one.reason, { tone: 'trouble' });
    else showToast(i18n.t('people:inviteDialog.invited', { count: 1 }));
  } catch (error) {
    showToast(troubleSentence(error), { tone: 'trouble' });
  }
}
