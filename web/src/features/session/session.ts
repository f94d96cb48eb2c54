import { ApiProblem, send } from '../../app/api.ts';

const channelName = 'second-look:session';

/** Starts a session. @throws {ApiProblem} */
export async function signIn(email: string, password: string): Promise<void> {
  await send('/api/auth/sign-in/email', { method: 'POST', body: { email, password } });
}

/** Ends the session, and leaves nothing of it in this tab's memory. @throws {ApiProblem} */
export async function signOut(): Promise<void> {
  await send('/api/auth/sign-out', { method: 'POST', body: {} }).catch((error: unknown) => {
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  });
  new BroadcastChannel(channelName).postMessage('signed-out');
  window.location.assign('/sign-in');
}

/** The other tabs of this browser leave together with the one where somebody signed out. */
export function followSignOut(): void {
  new BroadcastChannel(channelName).onmessage = () => window.location.assign('/sign-in');
}

/** Where Second Look has to be opened instead, if that is why a request was refused. */
export function rightAddress(error: unknown): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  return error.fields.find(({ path }) => path === 'address')?.message;
}

/** Which sentence of `trouble` tells why signing in failed. */
export function signInTrouble(
  error: unknown,
): 'wrong' | 'wrongAddress' | 'tooMany' | 'closed' | 'offline' | 'other' {
  if (!(error instanceof ApiProblem)) return 'other';
  if (error.code === 'offline') return 'offline';
  if (rightAddress(error)) return 'wrongAddress';
  if (error.status === 429) return 'tooMany';
  if (error.code === 'account_closed') return 'closed';
  // better-auth answers 400 where the email is none, and 401 where it does not fit the password.
  return [400, 401, 422].includes(error.status) ? 'wrong' : 'other';
}
