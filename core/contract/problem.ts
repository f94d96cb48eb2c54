import { z } from 'zod';

/** An RFC 9457 problem document. `code` is stable, `detail` is a sentence for a person. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  /** With `code: "invalid"`: what is wrong, field by field; at a wrong address: the right one; with `unavailable`: the parts that are not ready. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;

/**
 * Every error this API gives by name. Features throw them by code; nothing else reaches a client but
 * `internal`, which says nothing of the inside.
 */
export const problems = {
  invalid: {
    status: 422,
    detail: 'Some of what was sent does not fit. The fields say what and why.',
  },
  signed_out: { status: 401, detail: 'Please sign in first.' },
  wrong_password: {
    status: 401,
    detail: 'This e-mail address and password do not belong together.',
  },
  wrong_password_now: { status: 422, detail: 'That is not your present password.' },
  link_over: {
    status: 410,
    detail:
      'This link was used already, or is too old. Ask for another one on the sign-in page, under “Forgotten your password?”.',
  },
  invitation_over: {
    status: 410,
    detail:
      'This invitation was accepted or withdrawn, replaced by a newer one, or is too old. Look for a newer mail, or ask whoever invited you.',
  },
  other_address: {
    status: 409,
    detail:
      'This invitation is for another address than the one you are signed in with. Sign out, and open the link once more.',
  },
  sign_in_first: {
    status: 409,
    detail: 'There is an account with this address already. Sign in, and open the link once more.',
  },
  oneself: {
    status: 409,
    detail: 'Nobody does that to themselves: ask another administrator.',
  },
  account_closed: {
    status: 403,
    detail:
      'This account is closed. If you still work there, ask whoever runs Second Look at your school.',
  },
  forbidden_origin: {
    status: 403,
    detail: 'This request came from another site, so it was refused.',
  },
  wrong_address: {
    status: 421,
    detail:
      'Second Look is set up for another address, which the fields name. Please open it there.',
  },
  not_found: { status: 404, detail: 'There is nothing here that you can see.' },
  too_many_requests: {
    status: 429,
    detail: 'That was a lot of tries in a short time. Please wait ten minutes and try again.',
  },
  no_such_range: {
    status: 416,
    detail: 'What was asked for ends before these bytes. The header Content-Range says where.',
  },
  too_large: { status: 413, detail: 'That is larger than this server accepts.' },
  no_space: {
    status: 507,
    detail:
      'The server has too little space left for this recording. Nothing was lost: please tell whoever runs it.',
  },
  quota_full: {
    status: 507,
    detail:
      'Your lessons, or those of your school, fill the room that is set aside for them. Ask whoever runs Second Look for more, or delete lessons that you no longer need: their room is free again when they leave the trash, after 30 days.',
  },
  upload_exists: { status: 409, detail: 'This recording already has its file.' },
  upload_busy: {
    status: 423,
    detail:
      'This upload is still being written by an earlier request. Please try again in a moment.',
  },
  still_making: {
    status: 503,
    detail: 'This moment is still being prepared. Please ask again in a few seconds.',
  },
  not_ready: { status: 409, detail: 'This recording cannot be watched yet.' },
  not_failed: {
    status: 409,
    detail: 'This recording did not fail, so there is nothing to try again.',
  },
  is_shared: {
    status: 409,
    detail:
      'Somebody else can see the other copy, and would be shown a film that was never shared with them. End its shares first.',
  },
  changed_meanwhile: {
    status: 409,
    detail: 'This was changed meanwhile, here or on another device. Look at it as it is now.',
  },
  unavailable: { status: 503, detail: 'Not ready yet. Please try again in a moment.' },
  internal: { status: 500, detail: 'Something went wrong on our side. Please try again.' },
} as const satisfies Record<string, { status: number; detail: string }>;
export type ProblemCode = keyof typeof problems;
