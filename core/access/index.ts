import { find, mayName, standsFor } from './people.ts';
import type {
  Annotation,
  Belonging,
  Conversation,
  Cut,
  Grant,
  Id,
  Range,
  Recording,
  Rendition,
  Reply,
  Right,
  World,
} from './world.ts';

export * from './people.ts';
export type * from './world.ts';

/**
 * Who may see and do what with a lesson, as plain functions. The database enforces the same rules by its
 * policies (migrations/sql); the tests in tests/access hold the two against each other.
 * No function asks for a role: no role adds sight.
 */

/** The owner decides: a recording is theirs, whatever state it is in. */
export function owns(world: World, viewer: Id, recordingId: Id): boolean {
  return find(world.recordings, recordingId)?.ownerId === viewer;
}

/** Live means neither revoked nor expired; a grant that ends now has ended. */
export function isLive(world: World, grant: Grant): boolean {
  return grant.revokedAt === null && (grant.expiresAt === null || grant.expiresAt > world.now);
}

/**
 * The grants that a person holds on a recording: live ones, to themselves or to a group they are a current
 * member of. What lies in the trash is held by nobody.
 */
export function holdings(world: World, viewer: Id, recordingId: Id): Grant[] {
  const recording = find(world.recordings, recordingId);
  if (!recording || recording.deletedAt !== null) return [];
  return world.grants.filter(
    (grant) =>
      grant.recordingId === recordingId &&
      isLive(world, grant) &&
      standsFor(world, grant.principalId, viewer),
  );
}

/** A recording is visible to its owner, and to whoever holds a live grant. */
export function seesRecording(world: World, viewer: Id, recording: Recording): boolean {
  return recording.ownerId === viewer || holdings(world, viewer, recording.id).length > 0;
}

/** A grant is of a cut: holding one cut shows no other. */
export function seesCut(world: World, viewer: Id, cut: Cut): boolean {
  return (
    owns(world, viewer, cut.recordingId) ||
    holdings(world, viewer, cut.recordingId).some((grant) => grant.cutId === cut.id)
  );
}

/** What was made of a cut is seen by whoever sees the cut. */
export function seesRendition(world: World, viewer: Id, rendition: Rendition): boolean {
  const cut = find(world.cuts, rendition.cutId);
  return cut !== undefined && seesCut(world, viewer, cut);
}

/** Uploads, sources and processing steps are the owner's business alone. */
export function seesBelonging(world: World, viewer: Id, belonging: Belonging): boolean {
  return owns(world, viewer, belonging.recordingId);
}

/** Where a grant is of a clip, nothing outside the clip is visible: only what lies wholly inside. */
export function seesMoment(world: World, viewer: Id, recordingId: Id, range: Range): boolean {
  return (
    owns(world, viewer, recordingId) ||
    holdings(world, viewer, recordingId).some((grant) => covers(world, grant, range))
  );
}

/**
 * The owner sees every conversation on the recording; others see those of grants they hold.
 * @param range what is looked at in the conversation; left out, whether they take part in it at all
 * @param right what the grant must allow besides
 */
export function inConversation(
  world: World,
  viewer: Id,
  conversation: Conversation,
  { range, right = 'view' }: { range?: Range; right?: Right } = {},
): boolean {
  return (
    owns(world, viewer, conversation.recordingId) ||
    holdings(world, viewer, conversation.recordingId).some(
      (grant) =>
        grant.principalId === conversation.principalId &&
        grant.rights.includes(right) &&
        (range === undefined || covers(world, grant, range)),
    )
  );
}

/**
 * A private note is seen by its author alone, the owner included among those who can't; one in a
 * conversation by those who take part in it. Neither outside what they may look at.
 */
export function seesAnnotation(world: World, viewer: Id, annotation: Annotation): boolean {
  if (annotation.conversationId === null) {
    return (
      annotation.authorId === viewer &&
      seesMoment(world, viewer, annotation.recordingId, annotation)
    );
  }
  const conversation = find(world.conversations, annotation.conversationId);
  return (
    conversation !== undefined && inConversation(world, viewer, conversation, { range: annotation })
  );
}

/** An answer is seen by whoever sees the note. */
export function seesReply(world: World, viewer: Id, reply: Reply): boolean {
  const annotation = find(world.annotations, reply.annotationId);
  return annotation !== undefined && seesAnnotation(world, viewer, annotation);
}

/**
 * A grant is known to the recording's owner, to whom it was given (also once it has ended), and to whoever
 * gave it, as long as they hold one themselves.
 */
export function seesGrant(world: World, viewer: Id, grant: Grant): boolean {
  return (
    owns(world, viewer, grant.recordingId) ||
    standsFor(world, grant.principalId, viewer) ||
    (grant.grantedBy === viewer && holdings(world, viewer, grant.recordingId).length > 0)
  );
}

type Note = Range & { recordingId: Id; conversationId: Id | null };

/**
 * One may note for oneself whatever one may look at, and in a conversation where one holds the right to
 * comment. A conversation belongs to one recording.
 */
export function mayComment(world: World, viewer: Id, note: Note): boolean {
  return mayPlace(world, viewer, note, 'comment');
}

function mayPlace(world: World, viewer: Id, note: Note, right: Right): boolean {
  if (note.conversationId === null) return seesMoment(world, viewer, note.recordingId, note);
  const conversation = find(world.conversations, note.conversationId);
  return (
    conversation !== undefined &&
    conversation.recordingId === note.recordingId &&
    inConversation(world, viewer, conversation, { range: note, right })
  );
}

/**
 * A note is changed by its author alone, who must see it and be allowed to write what it becomes. Taking it
 * back needs no more than the sight of it. Once somebody else has answered, it stays in its conversation: the
 * answer was meant for those who take part.
 */
export function mayChangeAnnotation(
  world: World,
  viewer: Id,
  annotation: Annotation,
  next: Range & { conversationId: Id | null; deletedAt: number | null },
): boolean {
  const { id, authorId, conversationId, recordingId } = annotation;
  const isAnswered = world.replies.some(
    (reply) => reply.annotationId === id && reply.authorId !== authorId,
  );
  return (
    authorId === viewer &&
    seesAnnotation(world, viewer, annotation) &&
    (conversationId === null || conversationId === next.conversationId || !isAnswered) &&
    mayPlace(world, viewer, { ...next, recordingId }, next.deletedAt === null ? 'comment' : 'view')
  );
}

/** One may answer one's own private notes, and those in conversations where one may comment; no deleted ones. */
export function mayAnswer(world: World, viewer: Id, annotation: Annotation): boolean {
  return (
    annotation.deletedAt === null &&
    seesAnnotation(world, viewer, annotation) &&
    mayComment(world, viewer, annotation)
  );
}

/**
 * An answer is changed by its author alone, where they could still give it. Taking it back needs no more than
 * the sight of it.
 */
export function mayChangeReply(
  world: World,
  viewer: Id,
  reply: Reply,
  next: { deletedAt: number | null },
): boolean {
  const annotation = find(world.annotations, reply.annotationId);
  const may = next.deletedAt === null ? mayAnswer : seesAnnotation;
  return reply.authorId === viewer && annotation !== undefined && may(world, viewer, annotation);
}

/**
 * You may pass on only what you hold: the owner anything, others a cut of which they hold a grant that
 * itself allows passing on, with no right that it lacks and no longer than it lasts.
 */
export function mayPassOn(
  world: World,
  viewer: Id,
  cut: Cut,
  terms: { rights: Right[]; expiresAt: number | null },
): boolean {
  return (
    owns(world, viewer, cut.recordingId) ||
    holdings(world, viewer, cut.recordingId).some(
      (held) =>
        held.cutId === cut.id &&
        held.rights.includes('reshare') &&
        terms.rights.every((right) => held.rights.includes(right)) &&
        (held.expiresAt === null ||
          (terms.expiresAt !== null && terms.expiresAt <= held.expiresAt)),
    )
  );
}

/** A grant is given in one's own name, of what one may pass on, to somebody one may name. */
export function mayGrant(
  world: World,
  viewer: Id,
  grant: Pick<
    Grant,
    'recordingId' | 'cutId' | 'principalId' | 'rights' | 'grantedBy' | 'expiresAt'
  >,
): boolean {
  const cut = find(world.cuts, grant.cutId);
  const principal = find(world.principals, grant.principalId);
  return (
    grant.grantedBy === viewer &&
    cut?.recordingId === grant.recordingId &&
    mayPassOn(world, viewer, cut, grant) &&
    principal !== undefined &&
    mayName(world, viewer, principal)
  );
}

/**
 * The owner changes and ends every grant; others those they gave, as long as they hold one themselves.
 * Ending one needs nothing more; changing one needs the right to give it as it becomes.
 */
export function mayChangeGrant(
  world: World,
  viewer: Id,
  grant: Grant,
  next: Pick<Grant, 'rights' | 'expiresAt' | 'revokedAt'>,
): boolean {
  const cut = find(world.cuts, grant.cutId);
  const isTheirs =
    owns(world, viewer, grant.recordingId) ||
    (grant.grantedBy === viewer && holdings(world, viewer, grant.recordingId).length > 0);
  return (
    isTheirs &&
    cut !== undefined &&
    (next.revokedAt !== null || mayPassOn(world, viewer, cut, next))
  );
}

function covers(world: World, grant: Grant, { startMs, endMs }: Range): boolean {
  const cut = find(world.cuts, grant.cutId);
  return (
    cut !== undefined &&
    cut.startMs <= startMs &&
    (cut.endMs === null || (endMs ?? startMs) <= cut.endMs)
  );
}
