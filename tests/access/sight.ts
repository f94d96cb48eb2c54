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

/** Every row that a person sees by the rules, as `table key`. */
export function shownTo(world: World, viewer: Id): string[] {
  return Object.entries(sight)
    .flatMap(([table, shown]) =>
      shown === 'closed' ? [] : shown.to(world, viewer).map((key) => `${table} ${key}`),
    )
    .sort();
}

/** The query that lists every row the database shows, in the same form. */
export const everythingVisible = Object.entries(sight)
  .flatMap(([table, shown]) =>
    shown === 'closed'
      ? []
      : [`select '${table} ' || (${shown.key}) as row from ${table.replace('.', '."')}"`],
  )
  .join('\nunion all\n');

function ids<T extends { id: Id }>(rows: T[], isVisible: (row: T) => boolean): Id[] {
  return rows.filter(isVisible).map((row) => row.id);
}
