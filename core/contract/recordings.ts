import { z } from 'zod';
import type { FailureCode } from './failures.ts';
import { day, id, instant, moment, pageOf, pageQuery, person, text } from './fields.ts';
import { routes } from './route.ts';

export const recordingStates = ['draft', 'uploading', 'processing', 'ready', 'failed'] as const;
export const phases = ['early_years', 'primary', 'secondary', 'post_16'] as const;
/** How long the trash keeps a recording. The policy `empty_trash` in migrations/ says the same to the database. */
export const trashDays = 30;
/** A camera that splits a lesson every five minutes fills four hours with fewer. */
export const mostParts = 50;
/** Copies of one lesson begin hours apart at most. */
const longestMoveMs = 12 * 3_600_000;

const about = {
  title: text.trim().min(1).max(200),
  subject: text.trim().max(80).nullable(),
  phase: z.enum(phases).nullable(),
  yearGroup: text.trim().max(40).nullable(),
  className: text.trim().max(40).nullable(),
  lessonDate: day.nullable(),
};

/** Whoever can see it besides its owner: what the sentence "Seen by …" is made from. Only its owner gets it. */
const audience = z.array(
  z.object({
    type: z.enum(['user', 'group']),
    name: z.string(),
    canComment: z.boolean(),
    expiresAt: instant.nullable(),
  }),
);

/** The talk that a grant opens. It outlives the grant for the owner. */
const conversation = z.object({
  id,
  /** The other side, from the reader's point of view: whom the owner shared with, or the owner. */
  with: z.object({ type: z.enum(['user', 'group']), id, name: z.string() }),
  canComment: z.boolean(),
  /** False where the grant has ended: only the owner still sees it. */
  isLive: z.boolean(),
});

export const recording = z.object({
  id,
  ...about,
  owner: person,
  isMine: z.boolean(),
  state: z.enum(recordingStates),
  /** True as soon as anything can be watched. */
  playable: z.boolean(),
  durationMs: z.int().nullable(),
  /** What is done of the work in the present state, from 0 to 1; `null` where there is none. */
  progress: z.number().min(0).max(1).nullable(),
  /** `isFinal`: trying again would come to the same end. */
  failure: z
    .object({ code: z.custom<FailureCode>(), detail: z.string(), isFinal: z.boolean() })
    .nullable(),
  /** The file ended before it said it would: what was there can be watched. */
  isIncomplete: z.boolean(),
  /**
   * What was uploaded. `isSafe`: all of it and its checksums are stored, and it could be opened as a video
   * or as sound.
   * `files`: those that were begun, in order, of the `parts` that it comes in; name and sizes are the first
   * one's and their sums. Only its owner gets it.
   */
  source: z
    .object({
      filename: z.string(),
      sizeBytes: z.int(),
      receivedBytes: z.int(),
      isSafe: z.boolean(),
      parts: z.int(),
      files: z.array(
        z.object({
          part: z.int(),
          filename: z.string(),
          sizeBytes: z.int(),
          receivedBytes: z.int(),
        }),
      ),
    })
    .nullable(),
  /** The widest cut that the reader may watch. */
  cutId: id.nullable(),
  /** Counts up each time that a better version of that cut takes the place of the one before; who watches that may go on. */
  mediaVersion: z.int().nullable(),
  /** False once it is known that there is sound alone. */
  hasPicture: z.boolean(),
  posterUrl: z.string().nullable(),
  /** WebVTT that names a small picture for each stretch of time, `null` where there is none. */
  storyboardUrl: z.string().nullable(),
  /** How loud it is: a byte for each stretch of time. `null` where nothing is heard. */
  waveform: z.object({ url: z.string(), peaksPerSecond: z.int() }).nullable(),
  audience: audience.nullable(),
  /** What a reader who does not own it may do, and until when; `null` for its owner. */
  access: z.object({ canComment: z.boolean(), expiresAt: instant.nullable() }).nullable(),
  createdAt: instant,
  deletedAt: instant.nullable(),
});
export type Recording = z.infer<typeof recording>;

export const turns = [0, 90, 180, 270] as const;

/** How its owner has the film shown; moments are counted from the start of what was uploaded. */
const film = z.object({
  /** Quarter turns clockwise beyond what the file says, in degrees. */
  turned: z.literal(turns),
  startMs: z.int(),
  /** `null` where nothing is trimmed off behind. */
  endMs: z.int().nullable(),
  /** How long all of it is. */
  wholeMs: z.int(),
  hasPicture: z.boolean(),
  /** Notes on what is trimmed off: they are kept, and nobody sees them. */
  hiddenNotes: z.int(),
});

/** A recording that is, or has, another copy of a film; each may take the other's place. */
const copy = recording.pick({
  ...{ id: true, title: true, state: true, playable: true, durationMs: true, progress: true },
  ...{ failure: true, waveform: true, source: true },
});

export const recordingDetail = recording.extend({
  /** `null` for others, and until it has been looked into. */
  film: film.nullable(),
  /** Other copies of its film, the newest first; none for others. */
  copies: z.array(copy),
  /** The recording of whose film this one's is a copy; `null` for others. */
  copyOf: copy.nullable(),
  /** What the file calls its parts, in order; empty where it names none. */
  chapters: z.array(z.object({ startMs: z.int(), title: z.string() })),
  conversations: z.array(conversation),
  abilities: z.object({
    edit: z.boolean(),
    share: z.boolean(),
    delete: z.boolean(),
    retry: z.boolean(),
  }),
});
export type RecordingDetail = z.infer<typeof recordingDetail>;
export type FilmCopy = z.infer<typeof copy>;
export type Conversation = z.infer<typeof conversation>;

export const recordingRoutes = routes({
  'POST /api/recordings': {
    summary:
      'Makes a draft recording; its video, or its sound, then comes by tus at /api/uploads. The same `clientId` again gives the same recording.',
    body: z.object({
      ...z
        .object(about)
        .partial({ subject: true, phase: true, yearGroup: true, className: true, lessonDate: true })
        .shape,
      clientId: id.optional(),
      /** How many files it comes in, one behind the other. */
      parts: z.int().min(1).max(mostParts).default(1),
      /** The recording of whose film it is going to be another copy. */
      copyOf: id.optional(),
    }),
    success: { status: 201, body: recordingDetail },
  },
  'GET /api/recordings': {
    summary:
      'Recordings, newest first: `mine` (the default), those `shared` with me, or my `trash` (kept for 30 days).',
    query: pageQuery.extend({ scope: z.enum(['mine', 'shared', 'trash']).default('mine') }),
    success: { status: 200, body: pageOf(recording) },
  },
  'GET /api/recordings/:id': {
    summary: 'One recording, with its conversations and what the reader may do.',
    params: z.object({ id }),
    success: { status: 200, body: recordingDetail },
  },
  'PATCH /api/recordings/:id': {
    summary: 'Changes what the owner says about a recording.',
    params: z.object({ id }),
    body: z.object(about).partial(),
    success: { status: 200, body: recordingDetail },
  },
  'DELETE /api/recordings/:id': {
    summary:
      'Moves a recording to the trash: nobody else sees it from now on, and after 30 days it is gone.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
  'POST /api/recordings/:id/restore': {
    summary: 'Takes a recording back out of the trash.',
    params: z.object({ id }),
    success: { status: 200, body: recordingDetail },
  },
  'PATCH /api/recordings/:id/film': {
    summary:
      'Turns the picture, or trims the ends: what is trimmed off can be watched by nobody from now on, and is kept until it is wanted again. `startMs` and `endMs` are counted from the start of what was uploaded.',
    params: z.object({ id }),
    body: z.object({
      turned: z.literal(turns).optional(),
      trim: z.object({ startMs: moment, endMs: moment.nullable() }).optional(),
    }),
    success: { status: 200, body: recordingDetail },
  },
  'POST /api/recordings/:id/film/exchange': {
    summary:
      'Has two recordings change films, each with how it is trimmed and turned: notes, shares and address stay where they are. The other one may be shared with nobody, and goes into the trash, or out of it.',
    params: z.object({ id }),
    body: z.object({
      with: id,
      /** What the other one is called from now on. */
      title: about.title,
      isPutAway: z.boolean(),
      /** How much later in the other one's film the same moment comes, in milliseconds: notes move along. */
      movedMs: z.int().min(-longestMoveMs).max(longestMoveMs).default(0),
    }),
    success: { status: 200, body: recordingDetail },
  },
  'PUT /api/recordings/:id/poster': {
    summary: 'Makes the picture at a moment the cover; it is there a little later.',
    params: z.object({ id }),
    body: z.object({ atMs: moment }),
    success: { status: 200, body: recordingDetail },
  },
  'POST /api/recordings/:id/retry': {
    summary: 'Prepares a failed recording once more.',
    params: z.object({ id }),
    success: { status: 200, body: recordingDetail },
  },
});

export const mediaParams = z.object({ id, cutId: id });
export const renditionParams = mediaParams.extend({ renditionId: id });
/** Counted from 0, and written in one way alone: each has one address. */
const place = z
  .string()
  .regex(/^(0|[1-9]\d{0,5})$/)
  .transform(Number);
export const segmentParams = renditionParams.extend({ index: place });
export const chunkParams = renditionParams.extend({ chunk: place });
export const sheetParams = mediaParams.extend({ sheet: place });
export const momentQuery = z.object({ t: moment.optional() });
