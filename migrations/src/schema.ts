import type { Growth } from '@second-look/infra/object-store';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, instant, updatedAt } from './columns.ts';

export * from './people-schema.ts';

/**
 * The tables as drizzle knows them: the types of their rows. sql/ makes them and says what is constrained
 * and who may see what; a test holds the two against each other.
 */

const bytes = (name: string) => bigint(name, { mode: 'number' });

export const recording = pgTable('recording', {
  id: uuid().primaryKey(),
  ownerId: uuid('owner_id').notNull(),
  clientId: uuid('client_id').notNull(),
  title: text().notNull(),
  subject: text(),
  phase: text({ enum: ['early_years', 'primary', 'secondary', 'post_16'] }),
  yearGroup: text('year_group'),
  className: text('class_name'),
  lessonDate: date('lesson_date', { mode: 'string' }),
  state: text({ enum: ['draft', 'uploading', 'processing', 'ready', 'failed'] })
    .notNull()
    .default('draft'),
  playable: boolean().notNull().default(false),
  progress: real(),
  durationMs: integer('duration_ms'),
  failureCode: text('failure_code'),
  isIncomplete: boolean('is_incomplete').notNull().default(false),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  deletedAt: instant('deleted_at'),
  /** How many files it comes in. */
  parts: integer().notNull().default(1),
  /** Where what is shown of it begins and ends, in source time; without the second, as far as the source goes. */
  shownFromMs: integer('shown_from_ms').notNull().default(0),
  shownToMs: integer('shown_to_ms'),
  /** The recording of whose film this one's is a copy. */
  copyOf: uuid('copy_of'),
});

export const upload = pgTable('upload', {
  id: uuid().primaryKey(),
  recordingId: uuid('recording_id').notNull(),
  filename: text().notNull(),
  contentType: text('content_type').notNull(),
  sizeBytes: bytes('size_bytes').notNull(),
  offsetBytes: bytes('offset_bytes').notNull().default(0),
  objectKey: text('object_key').notNull(),
  leaseId: uuid('lease_id'),
  leaseUntil: instant('lease_until'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  finishedAt: instant('finished_at'),
  growth: jsonb().$type<Growth>(),
  cancelledAt: instant('cancelled_at'),
  part: integer().notNull().default(0),
});

export const source = pgTable('source', {
  id: uuid().primaryKey(),
  recordingId: uuid('recording_id').notNull(),
  objectKey: text('object_key').notNull(),
  filename: text().notNull(),
  contentType: text('content_type').notNull(),
  sizeBytes: bytes('size_bytes').notNull(),
  sha256: text(),
  facts: jsonb(),
  createdAt: createdAt(),
  /** A copy that ffmpeg finds its way in, of all parts together; with the facts, on the row of the first part. */
  readableKey: text('readable_key'),
  /** Its place among the files of the recording, counted from 0. */
  part: integer().notNull().default(0),
  /** Quarter turns clockwise that its owner wants beyond what the file says, in degrees. */
  turned: smallint().$type<0 | 90 | 180 | 270>().notNull().default(0),
});

/** Where the sheets of small pictures lie in their object, and how they are laid out: core/storyboard. */
interface StoredStoryboard {
  intervalMs: number;
  columns: number;
  tileWidth: number;
  tileHeight: number;
  sheets: { offset: number; length: number; tiles: number }[];
}

export const cut = pgTable('cut', {
  id: uuid().primaryKey(),
  recordingId: uuid('recording_id').notNull(),
  startMs: integer('start_ms').notNull().default(0),
  endMs: integer('end_ms'),
  publishedAttempt: integer('published_attempt'),
  posterKey: text('poster_key'),
  storyboardKey: text('storyboard_key'),
  storyboard: jsonb().$type<StoredStoryboard>(),
  waveformKey: text('waveform_key'),
  peaksPerSecond: integer('peaks_per_second'),
  madeBytes: bytes('made_bytes').notNull().default(0),
  createdAt: createdAt(),
  /** Versions are counted up and never used again. */
  lastVersion: integer('last_version').notNull().default(0),
  /** The moment of the cover, in source time, where its owner chose one. */
  posterAtMs: integer('poster_at_ms'),
  /** What the container calls its parts, in what is shown. */
  chapters: jsonb().$type<{ startMs: number; title: string }[]>(),
});

export const rendition = pgTable('rendition', {
  id: uuid().primaryKey(),
  cutId: uuid('cut_id').notNull(),
  attempt: integer().notNull(),
  kind: text({ enum: ['video', 'audio'] }).notNull(),
  codec: text().notNull(),
  width: integer(),
  height: integer(),
  frameRate: doublePrecision('frame_rate'),
  channels: integer(),
  averageBandwidth: integer('average_bandwidth').notNull(),
  peakBandwidth: integer('peak_bandwidth').notNull(),
  createdAt: createdAt(),
  /** How long it is going to be, where its pieces are made as they are asked for. */
  plannedMs: integer('planned_ms'),
  /** Which way up it was made, in degrees. */
  turned: smallint().$type<0 | 90 | 180 | 270>().notNull().default(0),
  /** Since when a better version has its place. */
  supersededAt: instant('superseded_at'),
});

/** Where a segment lies in its chunk's object, and how long it plays, in microseconds as ffmpeg writes it. */
export interface StoredSegment {
  durationUs: number;
  offset: number;
  length: number;
}

export const renditionChunk = pgTable(
  'rendition_chunk',
  {
    renditionId: uuid('rendition_id').notNull(),
    index: integer().notNull(),
    objectKey: text('object_key').notNull(),
    initOffset: integer('init_offset').notNull(),
    initLength: integer('init_length').notNull(),
    segments: jsonb().$type<StoredSegment[]>().notNull(),
    frames: integer(),
  },
  (table) => [primaryKey({ columns: [table.renditionId, table.index] })],
);

export const processingStep = pgTable('processing_step', {
  id: uuid().primaryKey(),
  recordingId: uuid('recording_id').notNull(),
  cutId: uuid('cut_id').notNull(),
  kind: text({ enum: ['prepare', 'piece', 'chunk', 'sound', 'beside', 'poster'] }).notNull(),
  state: text({ enum: ['pending', 'running', 'done', 'failed'] })
    .notNull()
    .default('pending'),
  attempt: integer().notNull().default(0),
  /** How many attempts no longer count: those before it was last asked for again, and those that an outage ended. */
  reopenedAfter: integer('reopened_after').notNull().default(0),
  errorCode: text('error_code'),
  errorLog: text('error_log'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  /** Which stretch of the cut, counted from 0. */
  part: integer().notNull().default(0),
  /** The version of the cut whose renditions it makes; of the first step, the last that is not to be kept. */
  version: integer().notNull().default(0),
  turn: integer().notNull().default(0),
  progress: real().notNull().default(0),
});

export const worker = pgTable('worker', {
  id: uuid().primaryKey(),
  version: text().notNull(),
  nodeVersion: text('node_version').notNull(),
  ffmpegVersion: text('ffmpeg_version').notNull(),
  ffmpegReleasedOn: date('ffmpeg_released_on', { mode: 'string' }),
  clockAheadMs: integer('clock_ahead_ms').notNull(),
  startedAt: instant('started_at').notNull().defaultNow(),
  seenAt: instant('seen_at').notNull().defaultNow(),
  sweptAt: instant('swept_at'),
});

export const grant = pgTable('grant', {
  id: uuid().primaryKey(),
  recordingId: uuid('recording_id').notNull(),
  cutId: uuid('cut_id').notNull(),
  principalId: uuid('principal_id').notNull(),
  rights: text({ enum: ['view', 'comment', 'reshare', 'download'] })
    .array()
    .notNull(),
  reason: text().notNull().default(''),
  grantedBy: uuid('granted_by').notNull(),
  expiresAt: instant('expires_at'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  revokedAt: instant('revoked_at'),
});

export const conversation = pgTable('conversation', {
  id: uuid().primaryKey().default(sql`gen_random_uuid()`),
  recordingId: uuid('recording_id').notNull(),
  principalId: uuid('principal_id').notNull(),
  createdAt: createdAt(),
});

export const annotation = pgTable('annotation', {
  id: uuid().primaryKey(),
  recordingId: uuid('recording_id').notNull(),
  conversationId: uuid('conversation_id'),
  authorId: uuid('author_id').notNull(),
  clientId: uuid('client_id').notNull(),
  startMs: integer('start_ms').notNull(),
  endMs: integer('end_ms'),
  kind: text({ enum: ['notice', 'question', 'strength', 'next_step'] }).notNull(),
  body: text().notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  deletedAt: instant('deleted_at'),
});

export const reply = pgTable('reply', {
  id: uuid().primaryKey(),
  annotationId: uuid('annotation_id').notNull(),
  authorId: uuid('author_id').notNull(),
  clientId: uuid('client_id').notNull(),
  body: text().notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  deletedAt: instant('deleted_at'),
});
