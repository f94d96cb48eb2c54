import {
  type Belonging,
  type Id,
  mayAnswer,
  mayChangeAnnotation,
  mayChangeGrant,
  mayChangeReply,
  mayComment,
  mayGrant,
  owns,
  type World,
} from '@second-look/core/access';
import { type Attempt, type Dice, fresh, type Making, nothing, target } from './dice.ts';
import { forgeries } from './forgeries.ts';

/** Mostly in one's own name. */
const signature = (world: World, viewer: Id, dice: Dice) =>
  dice.once(6) ? dice.any(world.people).id : viewer;

/** The world counts instants from its now, the database from its own. */
const until = (parameter: number) => `now() + $${parameter}::float8 * interval '1 ms'`;

/** What people do, each with what the rules say to it. */
export const attempts: Record<string, Making> = {
  'write a note': (world, viewer, dice) => {
    const recording = target(world.recordings, dice);
    const authorId = signature(world, viewer, dice);
    const talks = dice.once(4)
      ? world.conversations
      : world.conversations.filter((row) => row.recordingId === recording.id);
    const conversationId = dice.once(3) ? null : target(talks, dice).id;
    const range = dice.range();
    const note = { recordingId: recording.id, conversationId, ...range };
    return {
      sql: `insert into annotation
        (id, recording_id, conversation_id, author_id, client_id, start_ms, end_ms, kind, body)
        values ('${fresh}', $1, $2, $3, '${fresh}', $4, $5, 'notice', 'New') returning *`,
      values: [recording.id, conversationId, authorId, range.startMs, range.endMs],
      isAllowed: authorId === viewer && mayComment(world, viewer, note),
    };
  },
  'change a note': (world, viewer, dice) => {
    const { id, row } = target(world.annotations, dice);
    const talks = dice.once(3)
      ? world.conversations
      : world.conversations.filter((talk) => talk.recordingId === row?.recordingId);
    const range = dice.once(2) && row ? { startMs: row.startMs, endMs: row.endMs } : dice.range();
    const conversationId = dice.once(2)
      ? (row?.conversationId ?? null)
      : dice.once(4)
        ? null
        : target(talks, dice).id;
    const deletedAt = row?.deletedAt ?? null;
    return {
      sql: `update annotation set start_ms = $2, end_ms = $3, conversation_id = $4, body = 'Other'
        where id = $1 returning *`,
      values: [id, range.startMs, range.endMs, conversationId],
      isAllowed:
        row !== undefined &&
        mayChangeAnnotation(world, viewer, row, { ...range, conversationId, deletedAt }),
    };
  },
  'take a note away or bring it back': (world, viewer, dice) => {
    const { id, row } = target(world.annotations, dice);
    const [sql, deletedAt] = dice.any<[string, number | null]>([
      ['now()', world.now],
      ['null', null],
    ]);
    return {
      sql: `update annotation set deleted_at = ${sql} where id = $1 returning id`,
      values: [id],
      isAllowed:
        row !== undefined && mayChangeAnnotation(world, viewer, row, { ...row, deletedAt }),
    };
  },
  answer: (world, viewer, dice) => {
    const { id, row } = target(world.annotations, dice);
    const authorId = signature(world, viewer, dice);
    return {
      sql: `insert into reply (id, annotation_id, author_id, client_id, body)
        values ('${fresh}', $1, $2, '${fresh}', 'New') returning *`,
      values: [id, authorId],
      isAllowed: row !== undefined && authorId === viewer && mayAnswer(world, viewer, row),
    };
  },
  'change an answer': (world, viewer, dice) => {
    const { id, row } = target(world.replies, dice);
    const [change, next] = dice.any<[string, { deletedAt?: number | null }]>([
      ["body = 'Other'", {}],
      ['deleted_at = now()', { deletedAt: world.now }],
      ['deleted_at = null', { deletedAt: null }],
    ]);
    return {
      sql: `update reply set ${change} where id = $1 returning *`,
      values: [id],
      isAllowed: row !== undefined && mayChangeReply(world, viewer, row, { ...row, ...next }),
    };
  },
  share: (world, viewer, dice) => {
    const cut = target(world.cuts, dice);
    const recordingId =
      cut.row && !dice.once(8) ? cut.row.recordingId : target(world.recordings, dice).id;
    const principalId = target(world.principals, dice).id;
    const rights = dice.rights();
    const expires = dice.instant();
    const expiresAt = expires === null ? null : world.now + expires;
    const grantedBy = signature(world, viewer, dice);
    const terms = { recordingId, cutId: cut.id, principalId, rights, expiresAt, grantedBy };
    const isTaken = world.grants.some(
      (row) => row.cutId === cut.id && row.principalId === principalId && row.revokedAt === null,
    );
    return {
      sql: `insert into "grant" (id, recording_id, cut_id, principal_id, rights, granted_by, expires_at)
        values ('${fresh}', $1, $2, $3, $4, $5, ${until(6)}) returning *`,
      values: [recordingId, cut.id, principalId, rights, grantedBy, expires],
      isAllowed: mayGrant(world, viewer, terms) && !isTaken,
    };
  },
  'change a grant': (world, viewer, dice) => {
    const { id, row } = target(world.grants, dice);
    const rights = dice.once(2) ? (row?.rights ?? ['view']) : dice.rights();
    const expires = dice.instant();
    const expiresAt = expires === null ? null : world.now + expires;
    return {
      sql: `update "grant" set rights = $2, expires_at = ${until(3)} where id = $1 returning *`,
      values: [id, rights, expires],
      isAllowed:
        row !== undefined &&
        mayChangeGrant(world, viewer, row, { rights, expiresAt, revokedAt: row.revokedAt }),
    };
  },
  'end a grant': (world, viewer, dice) => {
    const { id, row } = target(world.grants, dice);
    return {
      sql: 'update "grant" set revoked_at = now() where id = $1 returning *',
      values: [id],
      isAllowed:
        row !== undefined && mayChangeGrant(world, viewer, row, { ...row, revokedAt: world.now }),
    };
  },
  'give a grant again': (world, viewer, dice) => {
    const { id, row } = target(world.grants, dice);
    const isTaken = world.grants.some(
      (other) =>
        other.id !== id &&
        other.cutId === row?.cutId &&
        other.principalId === row.principalId &&
        other.revokedAt === null,
    );
    return {
      sql: 'update "grant" set revoked_at = null where id = $1 returning *',
      values: [id],
      isAllowed:
        row !== undefined &&
        mayChangeGrant(world, viewer, row, { ...row, revokedAt: null }) &&
        !isTaken,
    };
  },
  'make a recording': (world, viewer, dice) => {
    const ownerId = signature(world, viewer, dice);
    const copyOf = dice.once(2) ? target(world.recordings, dice).id : null;
    return {
      sql: `insert into recording (id, owner_id, client_id, title, copy_of)
        values ('${fresh}', $1, '${fresh}', 'New', $2) returning *`,
      values: [ownerId, copyOf],
      isAllowed: ownerId === viewer && (copyOf === null || owns(world, viewer, copyOf)),
    };
  },
  'change a recording': (world, viewer, dice) => {
    const { id } = target(world.recordings, dice);
    const change = dice.any(["title = 'Other'", 'deleted_at = now()', 'deleted_at = null']);
    return {
      sql: `update recording set ${change} where id = $1 returning *`,
      values: [id],
      isAllowed: owns(world, viewer, id),
    };
  },
  'make a cut': (world, viewer, dice) => {
    const { id } = target(world.recordings, dice);
    return {
      sql: `insert into cut (id, recording_id, start_ms, end_ms)
        values ('${fresh}', $1, 1000, 3000) returning *`,
      values: [id],
      isAllowed: owns(world, viewer, id),
    };
  },
  'change what belongs to a recording': (world, viewer, dice) => {
    const [sql, rows] = dice.any<[string, Belonging[]]>([
      ['update upload set offset_bytes = 1 where id = $1', world.uploads],
      ['delete from upload where id = $1', world.uploads],
      ["update processing_step set state = 'failed' where id = $1", world.steps],
    ]);
    const { id, row } = target(rows, dice);
    return {
      sql,
      values: [id],
      isAllowed: row !== undefined && owns(world, viewer, row.recordingId),
    };
  },
  'give a recording a file': (world, viewer, dice) => {
    const { id } = target(world.recordings, dice);
    const cut = world.cuts.find((row) => row.recordingId === id)?.id ?? nothing;
    const file = "'a.mp4', 'video/mp4', 1, 'anywhere'";
    const [sql, rows] = dice.any<[string, Belonging[]]>([
      [
        `insert into upload (id, recording_id, filename, content_type, size_bytes, object_key)
          values ('${fresh}', $1, ${file}) returning *`,
        world.uploads,
      ],
      [
        `insert into source (id, recording_id, filename, content_type, size_bytes, object_key)
          values ('${fresh}', $1, ${file}) returning *`,
        world.sources,
      ],
      [
        `insert into processing_step (id, recording_id, cut_id, kind)
          values ('${fresh}', $1, '${cut}', 'prepare') returning *`,
        world.steps,
      ],
    ]);
    const isThere = rows.some((row) => row.recordingId === id);
    return { sql, values: [id], isAllowed: owns(world, viewer, id) && !isThere };
  },
  ...forgeries,
};

/** Draws an attempt of the kind named by somebody in the world. */
export function attemptOf(kind: string, world: World, dice: Dice): Attempt {
  const making = attempts[kind];
  if (!making) throw new Error(`Nobody tries to ${kind}.`);
  const viewer = dice.once(3) ? dice.any(world.recordings).ownerId : dice.any(world.people).id;
  const { sql, ...attempt } = making(world, viewer, dice);
  // With RETURNING the new row must be visible too, without it the policies of the write stand alone.
  return { viewer, sql: dice.once(2) ? sql.replace(/ returning .*$/, '') : sql, ...attempt };
}
