import type {
  Group,
  GroupMember,
  Id,
  Membership,
  Organisation,
  Principal,
  World,
} from './world.ts';

/** Who stands for whom, and who knows of whom. `viewer` is always the id of the person who looks. */

/** Whoever is a current member of a group is in it; having been one counts for nothing. */
export function isInGroup(world: World, viewer: Id, groupId: Id): boolean {
  return world.groupMembers.some((row) => row.groupId === groupId && row.userId === viewer);
}

/** A principal stands for the person it names, or for the current members of the group it names. */
export function standsFor(world: World, principalId: Id, viewer: Id): boolean {
  const principal = find(world.principals, principalId);
  if (!principal) return false;
  if (principal.groupId) return isInGroup(world, viewer, principal.groupId);
  return principal.userId === viewer;
}

/** An organisation is known throughout its trust; a school that belongs to none is a trust of its own. */
export function knowsOrganisation(world: World, viewer: Id, organisation: Organisation): boolean {
  return world.memberships.some(
    (membership) =>
      membership.userId === viewer &&
      trustOf(world, membership.organisationId) === trustOf(world, organisation.id),
  );
}

/** Who works where is known throughout the trust. */
export function knowsMembership(world: World, viewer: Id, membership: Membership): boolean {
  const organisation = find(world.organisations, membership.organisationId);
  return (
    membership.userId === viewer ||
    (organisation !== undefined && knowsOrganisation(world, viewer, organisation))
  );
}

/** A group is known to its members, and to whoever has shared a recording with it: they must be able to tell. */
export function knowsGroup(world: World, viewer: Id, group: Group): boolean {
  const hasSharedWithIt = world.grants.some(
    (grant) =>
      find(world.principals, grant.principalId)?.groupId === group.id &&
      find(world.recordings, grant.recordingId)?.ownerId === viewer,
  );
  return isInGroup(world, viewer, group.id) || hasSharedWithIt;
}

/** Who belongs to a group is known to its members. */
export function knowsGroupMember(world: World, viewer: Id, member: GroupMember): boolean {
  return member.userId === viewer || isInGroup(world, viewer, member.groupId);
}

/**
 * A person's name is known to themselves, to their trust, to the members of their groups, to the other side
 * of a recording that was ever shared (its owner and those it was shared with), and to the owner of a
 * recording about which they wrote in a conversation: what they wrote stays with the owner.
 */
export function knowsPerson(world: World, viewer: Id, person: Id): boolean {
  const isColleague = world.memberships.some(
    (membership) => membership.userId === person && knowsMembership(world, viewer, membership),
  );
  const sharesAGroup = world.groupMembers.some(
    (member) => member.userId === person && isInGroup(world, viewer, member.groupId),
  );
  const isOnTheOtherSide = world.grants.some((grant) => {
    const owner = find(world.recordings, grant.recordingId)?.ownerId;
    const principal = find(world.principals, grant.principalId);
    return (
      (owner === viewer && principal?.userId === person) ||
      (owner === person && standsFor(world, grant.principalId, viewer))
    );
  });
  const wroteToThem = world.annotations.some(
    (note) =>
      note.conversationId !== null &&
      find(world.recordings, note.recordingId)?.ownerId === viewer &&
      (note.authorId === person ||
        world.replies.some((reply) => reply.annotationId === note.id && reply.authorId === person)),
  );
  return person === viewer || isColleague || sharesAGroup || isOnTheOtherSide || wroteToThem;
}

/** A principal is known with the person or the group that it stands for. */
export function knowsPrincipal(world: World, viewer: Id, principal: Principal): boolean {
  if (principal.groupId) return knowsGroup(world, viewer, { id: principal.groupId });
  return principal.userId !== null && knowsPerson(world, viewer, principal.userId);
}

/** One may name, as somebody to share with, a person one knows or a group one belongs to. */
export function mayName(world: World, viewer: Id, principal: Principal): boolean {
  if (principal.groupId) return isInGroup(world, viewer, principal.groupId);
  return principal.userId !== null && knowsPerson(world, viewer, principal.userId);
}

/** An administrator of all there is to know of: of a trust, or of a school that belongs to none. */
export function isAdministrator(world: World, viewer: Id): boolean {
  return world.memberships.some(
    ({ userId, organisationId, role }) =>
      userId === viewer &&
      role === 'admin' &&
      find(world.organisations, organisationId)?.parentId === null,
  );
}

/** An administrator of an organisation, or of the trust that it belongs to, looks after its people. */
export function manages(world: World, viewer: Id, organisationId: Id): boolean {
  const parentId = find(world.organisations, organisationId)?.parentId;
  return world.memberships.some(
    (membership) =>
      membership.userId === viewer &&
      membership.role === 'admin' &&
      [organisationId, parentId].includes(membership.organisationId),
  );
}

/** Every id is looked up where it is used, so that a rule can be read beside the sentence it states. */
export function find<T extends { id: Id }>(rows: T[], id: Id): T | undefined {
  return rows.find((row) => row.id === id);
}

function trustOf(world: World, organisationId: Id): Id {
  return find(world.organisations, organisationId)?.parentId ?? organisationId;
}
