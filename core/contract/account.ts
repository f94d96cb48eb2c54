import { z } from 'zod';
import { id, instant, text } from './fields.ts';
import { routes } from './route.ts';

/** Short ones are guessed, and longer ones cost the server time. */
export const passwordLength = { least: 12, most: 128 } as const;
const newPassword = text.min(passwordLength.least).max(passwordLength.most);

/** One sign-in of a person's, on one device. */
const session = z.object({
  id,
  /** What the browser calls itself. */
  userAgent: z.string().nullable(),
  startedAt: instant,
  /** Renewed once a day at most. */
  seenAt: instant,
  expiresAt: instant,
  /** The one that asks. */
  isThis: z.boolean(),
});
export type Session = z.infer<typeof session>;

export const accountRoutes = routes({
  'POST /api/account/forgotten-password': {
    summary:
      'Sends a link for choosing a new password to this address, if somebody here has it. The answer is the same in any case.',
    body: z.object({ email: z.email().max(320) }),
    success: { status: 204, body: null },
    isPublic: true,
  },
  'POST /api/account/new-password': {
    summary: 'Sets a new password by the token of such a link, once, and ends all sessions.',
    body: z.object({ token: text.min(1).max(200), newPassword }),
    success: { status: 204, body: null },
    isPublic: true,
  },
  'POST /api/account/password': {
    summary: 'Changes the password, and ends all other sessions.',
    body: z.object({ password: text.min(1).max(1000), newPassword }),
    success: { status: 204, body: null },
  },
  'GET /api/account/sessions': {
    summary: 'Where one is signed in, the last used first.',
    success: { status: 200, body: z.object({ items: z.array(session) }) },
  },
  'DELETE /api/account/sessions/:id': {
    summary: 'Ends one of one’s own sessions.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
  'DELETE /api/account/sessions': {
    summary: 'Ends all of one’s sessions but the one that asks.',
    success: { status: 204, body: null },
  },
});
