import {
  type Id,
  isInGroup,
  mayChangeAnnotation,
  mayChangeReply,
  owns,
  seesReply,
} from '@second-look/core/access';
import { fresh, type Making, nothing, target } from './dice.ts';

/** What the role may not do at all, or to whatever rows there are. */
export const forgeries: Record<string, Making> = {
  forge: (world, viewer, dice) => {
    const sql = dice.any([
      `update recording set owner_id = '${viewer}'`,
      `update recording set id = '${fresh}'`,
      `update annotation set author_id = '${viewer}'`,
      `update annotation set recording_id = '${dice.any(world.recordings).id}'`,
      `update reply set author_id = '${viewer}'`,
      `update reply set annotation_id = '${nothing}'`,
      `update "grant" set principal_id = '${dice.any(world.principals).id}'`,
      `update "grant" set granted_by = '${viewer}'`,
      `update "grant" set cut_id = '${dice.any(world.cuts).id}'`,
      'update cut set start_ms = 0, end_ms = null',
      `update upload set recording_id = '${dice.any(world.recordings).id}'`,
      `update conversation set principal_id = '${dice.any(world.principals).id}'`,
      `insert into conversation (recording_id, principal_id)
        values ('${dice.any(world.recordings).id}', '${dice.any(world.principals).id}')`,
      `insert into principal (user_id) values ('${viewer}')`,
      `insert into membership (user_id, organisation_id, role)
        values ('${viewer}', '${dice.any(world.organisations).id}', 'admin')`,
      "update membership set role = 'admin'",
      "update person set name = 'Other'",
      'delete from recording',
      'delete from annotation',
      'delete from "grant"',
      'truncate recording cascade',
    ]);
    return { sql, values: [], isAllowed: false };
  },
  'join a group': (world, viewer, dice) => {
    const { id, row } = target(world.groups, dice);
    const isThere = row !== undefined && isInGroup(world, viewer, row.id);
    return {
      sql: isThere
        ? 'delete from group_member where group_id = $1 and user_id = $2'
        : 'insert into group_member (group_id, user_id) values ($1, $2)',
      values: [id, viewer],
      isAllowed: false,
    };
  },
  'change whatever there is': (world, viewer, dice) => {
    // No WHERE and no RETURNING: only the policies of the UPDATE itself stand in the way.
    const [table, change, allowed] = dice.any<[string, string, Id[]]>([
      ['recording', "title = 'Other'", ids(world.recordings, (row) => owns(world, viewer, row.id))],
      [
        'annotation',
        "body = 'Other'",
        ids(world.annotations, (row) => mayChangeAnnotation(world, viewer, row, row)),
      ],
      [
        'reply',
        "body = 'Other'",
        ids(world.replies, (row) => mayChangeReply(world, viewer, row, row)),
      ],
      [
        'upload',
        'offset_bytes = 1',
        ids(world.uploads, (row) => owns(world, viewer, row.recordingId)),
      ],
    ]);
    // Notes are picked by their author, answers also by whether one still sees them.
    const own = {
      annotation: world.annotations,
      reply: world.replies.filter((row) => seesReply(world, viewer, row)),
    }[table];
    const refused = own?.some((row) => row.authorId === viewer && !allowed.includes(row.id));
    return {
      sql: `update ${table} set ${change}`,
      values: [],
      // One row of one's own that one may no longer change refuses the whole statement.
      isAllowed: allowed.length > 0 && !refused,
    };
  },
};

function ids<T extends { id: Id }>(rows: T[], isAllowed: (row: T) => boolean): Id[] {
  return rows.filter(isAllowed).map((row) => row.id);
}
