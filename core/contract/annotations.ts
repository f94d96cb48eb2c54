import { z } from 'zod';
import { id, instant, moment, person, text } from './fields.ts';
import { routes } from './route.ts';

export const annotationKinds = ['notice', 'question', 'strength', 'next_step'] as const;
export type AnnotationKind = (typeof annotationKinds)[number];

const words = text.trim().max(5_000);
const reply = z.object({
  id,
  body: z.string(),
  author: person,
  isMine: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
});
export type Reply = z.infer<typeof reply>;

export const annotation = z.object({
  id,
  recordingId: id,
  /** `null`: private, seen by its author alone. */
  conversationId: id.nullable(),
  startMs: moment,
  /** `null`: a point. Otherwise the range's end, after its start. */
  endMs: moment.nullable(),
  kind: z.enum(annotationKinds),
  /** May be empty: a moment can be marked without words. */
  body: z.string(),
  author: person,
  isMine: z.boolean(),
  tags: z.array(z.string()),
  replies: z.array(reply),
  createdAt: instant,
  updatedAt: instant,
});
export type Annotation = z.infer<typeof annotation>;

const isRange = (range: { startMs?: number; endMs?: number | null }) =>
  range.endMs == null || range.startMs == null || range.endMs > range.startMs;
const rangeError = { message: 'A range ends after it starts.', path: ['endMs'] };

const draft = z.object({
  startMs: moment,
  endMs: moment.nullable().default(null),
  kind: z.enum(annotationKinds),
  body: words.default(''),
  conversationId: id.nullable().default(null),
});

export const annotationRoutes = routes({
  'GET /api/recordings/:id/annotations': {
    summary: 'All the notes on a recording that the reader may see, by time.',
    params: z.object({ id }),
    success: { status: 200, body: z.object({ items: z.array(annotation) }) },
  },
  'POST /api/recordings/:id/annotations': {
    summary: 'Notes a moment or a range. The same `clientId` again gives the same note.',
    params: z.object({ id }),
    body: draft.extend({ clientId: id.optional() }).refine(isRange, rangeError),
    success: { status: 201, body: annotation },
  },
  'PATCH /api/annotations/:id': {
    summary: 'Changes one’s own note, or puts a private one into a conversation.',
    params: z.object({ id }),
    body: z
      .object({
        startMs: moment,
        endMs: moment.nullable(),
        kind: z.enum(annotationKinds),
        body: words,
        conversationId: id.nullable(),
      })
      .partial()
      .refine(isRange, rangeError),
    success: { status: 200, body: annotation },
  },
  'DELETE /api/annotations/:id': {
    summary: 'Takes one’s own note away; `restore` brings it back.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
  'POST /api/annotations/:id/restore': {
    summary: 'Brings back a note that was taken away.',
    params: z.object({ id }),
    success: { status: 200, body: annotation },
  },
  'POST /api/annotations/:id/replies': {
    summary: 'Answers a note. The same `clientId` again gives the same answer.',
    params: z.object({ id }),
    body: z.object({ body: words.min(1), clientId: id.optional() }),
    success: { status: 201, body: annotation },
  },
  'PATCH /api/replies/:id': {
    summary: 'Changes one’s own answer.',
    params: z.object({ id }),
    body: z.object({ body: words.min(1) }),
    success: { status: 200, body: annotation },
  },
  'DELETE /api/replies/:id': {
    summary: 'Takes one’s own answer away; `restore` brings it back.',
    params: z.object({ id }),
    success: { status: 200, body: annotation },
  },
  'POST /api/replies/:id/restore': {
    summary: 'Brings back an answer that was taken away.',
    params: z.object({ id }),
    success: { status: 200, body: annotation },
  },
});
