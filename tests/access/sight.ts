import {
  type Id,
  inConversation,
  isAdministrator,
  knowsGroup,
  knowsGroupMember,
  knowsMembership,
  knowsOrganisation,
  knowsPerson,
  knowsPrincipal,
  manages,
  seesAnnotation,
  seesBelonging,
  seesCut,
  seesGrant,
  seesRecording,
  seesRendition,
  seesReply,
  type World,
} from '@second-look/core/access';

/** What each table shows to a person, by the rules of core/access. */

interface Shown {
  /** SQL that tells one row from another. */
  key: string;
  /** The keys of the rows that the person sees. */
  to(world: World, viewer: Id): string[];
}

/** Shows nothing of itself to anybody: every query of the role `app` is refused. */
type Closed = 'closed';

export const sight: Record<string, Shown | Closed> = {
  'auth.user': {
    key: 'id',
    to: (world, viewer) => ids(world.people, (row) => knowsPerson(world, viewer, row.id)),
  },
  'auth.session': 'closed',
  'auth.account': 'closed',
  'auth.verification': 'closed',
  'auth.rate_limit': 'closed',
  'auth.failed_sign_in': 'closed',
  'public.person': {
    key: 'id',
    to: (world, viewer) => ids(world.people, (row) => knowsPerson(world, viewer, row.id)),
  },
  'access.stored': 'closed',
  'public.worker': {
    key: 'id',
    to: (world, viewer) => ids(world.workers, () => isAdministrator(world, viewer)),
  },
  'public.organisation': {
    key: 'id',
    to: (world, viewer) => ids(world.organisations, (row) => knowsOrganisation(world, viewer, row)),
  },
  'public.membership': {
    key: "user_id || ' ' || organisation_id",
    to: (world, viewer) =>
      world.memberships
        .filter((row) => knowsMembership(world, viewer, row))
        .map((row) => `${row.userId} ${row.organisationId}`),
  },
  'public.invitation': {
    key: 'id',
    to: (world, viewer) =>
      ids(world.invitations, (row) => manages(world, viewer, row.organisationId)),
  },
  'public.group': {
    key: 'id',
    to: (world, viewer) => ids(world.groups, (row) => knowsGroup(world, viewer, row)),
  },
  'public.group_member': {
    key: "user_id || ' ' || group_id",
    to: (world, viewer) =>
      world.groupMembers
        .filter((row) => knowsGroupMember(world, viewer, row))
        .map((row) => `${row.userId} ${row.groupId}`),
  },
  'public.principal': {
    key: 'id',
    to: (world, viewer) => ids(world.principals, (row) => knowsPrincipal(world, viewer, row)),
  },
  'public.recording': {
    key: 'id',
    to: (world, viewer) => ids(world.recordings, (row) => seesRecording(world, viewer, row)),
  },
  'public.upload': {
    key: 'id',
    to: (world, viewer) => ids(world.uploads, (row) => seesBelonging(world, viewer, row)),
  },
  'public.source': {
    key: 'id',
    to: (world, viewer) => ids(world.sources, (row) => seesBelonging(world, viewer, row)),
  },
  'public.processing_step': {
    key: 'id',
    to: (world, viewer) => ids(world.steps, (row) => seesBelonging(world, viewer, row)),
  },
  'public.cut': {
    key: 'id',
    to: (world, viewer) => ids(world.cuts, (row) => seesCut(world, viewer, row)),
  },
  'public.rendition': {
    key: 'id',
    to: (world, viewer) => ids(world.renditions, (row) => seesRendition(world, viewer, row)),
  },
  'public.rendition_chunk': {
    key: "rendition_id || ' ' || index",
    to: (world, viewer) =>
      ids(world.renditions, (row) => seesRendition(world, viewer, row)).map((id) => `${id} 0`),
  },
  'public.grant': {
    key: 'id',
    to: (world, viewer) => ids(world.grants, (row) => seesGrant(world, viewer, row)),
  },
  'public.conversation': {
    key: 'id',
    to: (world, viewer) => ids(world.conversations, (row) => inConversation(world, viewer, row)),
  },
  'public.annotation': {
    key: 'id',
    to: (world, viewer) => ids(world.annotations, (row) => seesAnnotation(world, viewer, row)),
  },
  'public.reply': {
    key: 'id',
    to: (world, viewer) => ids(world.replies, (row) => seesReply(world, viewer, row)),
  },
};

/**
 * What the functions that list many rows at once show, by the same rules as the tables they list; `$1` holds
 * the ids of all recordings.
 */
export const lists: Record<string, Shown & { from: string }> = {
  'access.notes_of': {
    from: 'unnest($1::uuid[]) recording, access.notes_of(recording)',
    key: 'id',
    to: (world, viewer) => ids(world.annotations, (row) => seesAnnotation(world, viewer, row)),
  },
  'access.answers_of': {
    from: 'unnest($1::uuid[]) recording, access.answers_of(recording)',
    key: 'id',
    to: (world, viewer) => ids(world.replies, (row) => seesReply(world, viewer, row)),
  },
  'access.colleagues_like': {
    from: "access.colleagues_like('%')",
    key: "id || ' ' || organisation",
    to: (world, viewer) =>
      world.people.flatMap(({ id }) => {
        const theirs = world.memberships.filter(
          (row) => row.userId === id && id !== viewer && knowsMembership(world, viewer, row),
        );
        const [first] = theirs.map((row) => row.organisationId).sort();
        return first ? [`${id} Organisation ${first}`] : [];
      }),
  },
};

/** Every row that a person sees by the rules, as `table key`. */
export function shownTo(world: World, viewer: Id): string[] {
  return Object.entries({ ...sight, ...lists })
    .flatMap(([table, shown]) =>
      shown === 'closed' ? [] : shown.to(world, viewer).map((key) => `${table} ${key}`),
    )
    .sort();
}

/** The query that lists every row the database shows, in the same form; `$1` as in `lists`. */
export const everythingVisible = [
  ...Object.entries(sight).flatMap(([table, shown]) =>
    shown === 'closed'
      ? []
      : [`select '${table} ' || (${shown.key}) as row from ${table.replace('.', '."')}"`],
  ),
  ...Object.entries(lists).map(
    ([name, { key, from }]) => `select '${name} ' || (${key}) as row from ${from}`,
  ),
].join('\nunion all\n');

function ids<T extends { id: Id }>(rows: T[], isVisible: (row: T) => boolean): Id[] {
  return rows.filter(isVisible).map((row) => row.id);
}
