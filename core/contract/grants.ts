import { z } from 'zod';
import { id, instant, moment, person, text } from './fields.ts';
import { routes } from './route.ts';

export const rights = ['view', 'comment', 'reshare', 'download'] as const;
export type Right = (typeof rights)[number];

/** `view` is part of every grant; the others are added to it. */
const rightsGiven = z
  .array(z.enum(rights))
  .min(1)
  .refine((given) => given.includes('view'), { message: 'Every share begins with `view`.' })
  .refine((given) => new Set(given).size === given.length, { message: 'Name each right once.' });
const futureInstant = instant.refine((text) => Date.parse(text) > Date.now(), {
  message: 'Choose a moment in the future.',
});

export const grant = z.object({
  id,
  recordingId: id,
  cutId: id,
  /** The talk that it opens; `null` for whoever passed the recording on and takes no part in it. */
  conversationId: id.nullable(),
  principal: z.object({ type: z.enum(['user', 'group']), id, name: z.string() }),
  rights: z.array(z.enum(rights)),
  /** The cut's range; both `null` for the whole recording. */
  startMs: moment.nullable(),
  endMs: moment.nullable(),
  expiresAt: instant.nullable(),
  reason: z.string(),
  grantedBy: person,
  createdAt: instant,
});
export type Grant = z.infer<typeof grant>;

export const grantRoutes = routes({
  'GET /api/recordings/:id/grants': {
    summary: 'The live grants on a recording that the reader may see: all of them for its owner.',
    params: z.object({ id }),
    success: { status: 200, body: z.object({ items: z.array(grant) }) },
  },
  'POST /api/recordings/:id/grants': {
    summary:
      'Shares a recording with a person or a group. Sharing again with the same one changes the grant that is there.',
    params: z.object({ id }),
    body: z.object({
      principal: z.object({ type: z.enum(['user', 'group']), id }),
      rights: rightsGiven,
      /** Sharing a part of a recording is not possible yet, so both stay `null`. */
      startMs: z.null().default(null),
      endMs: z.null().default(null),
      expiresAt: futureInstant.nullable().default(null),
      reason: text.trim().max(500).default(''),
    }),
    success: { status: 201, body: grant },
  },
  'PATCH /api/grants/:id': {
    summary: 'Changes what a grant allows, or until when.',
    params: z.object({ id }),
    body: z.object({ rights: rightsGiven, expiresAt: futureInstant.nullable() }).partial(),
    success: { status: 200, body: grant },
  },
  'DELETE /api/grants/:id': {
    summary: 'Ends a grant; it takes effect at the next request.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
});
