/**
 * Everything that decides who may see what, as plain rows with the names of their tables.
 * Instants are milliseconds on any one scale that `now` shares; moments are milliseconds of source time.
 */

export type Id = string;

/** `endMs: null` is the recording's end for a cut, and a single point for a note. */
export interface Range {
  startMs: number;
  endMs: number | null;
}

export type Right = 'view' | 'comment' | 'reshare' | 'download';

export interface Organisation {
  id: Id;
  /** The trust that a school belongs to. */
  parentId: Id | null;
}
export interface Membership {
  userId: Id;
  organisationId: Id;
  role: 'member' | 'lead' | 'admin';
}
/** Of somebody who is to work at an organisation. */
export interface Invitation {
  id: Id;
  organisationId: Id;
}
export interface Group {
  id: Id;
}
export interface GroupMember {
  groupId: Id;
  userId: Id;
}
/** A user or a group: whatever a grant can name. */
export interface Principal {
  id: Id;
  userId: Id | null;
  groupId: Id | null;
}
export interface Recording {
  id: Id;
  ownerId: Id;
  /** Since when it lies in the trash. */
  deletedAt: number | null;
}
export interface Cut extends Range {
  id: Id;
  recordingId: Id;
}
export interface Grant {
  id: Id;
  recordingId: Id;
  cutId: Id;
  principalId: Id;
  rights: Right[];
  grantedBy: Id;
  expiresAt: number | null;
  revokedAt: number | null;
}
export interface Conversation {
  id: Id;
  recordingId: Id;
  principalId: Id;
}
export interface Annotation extends Range {
  id: Id;
  recordingId: Id;
  /** `null`: private. */
  conversationId: Id | null;
  authorId: Id;
  deletedAt: number | null;
}
export interface Reply {
  id: Id;
  annotationId: Id;
  authorId: Id;
  deletedAt: number | null;
}
/** What belongs to a recording and is its owner's business alone: an upload, a source, a processing step. */
export interface Belonging {
  id: Id;
  recordingId: Id;
}
export interface Rendition {
  id: Id;
  cutId: Id;
}

export interface World {
  now: number;
  people: { id: Id }[];
  workers: { id: Id }[];
  organisations: Organisation[];
  memberships: Membership[];
  invitations: Invitation[];
  groups: Group[];
  groupMembers: GroupMember[];
  principals: Principal[];
  recordings: Recording[];
  cuts: Cut[];
  renditions: Rendition[];
  uploads: Belonging[];
  sources: Belonging[];
  steps: Belonging[];
  grants: Grant[];
  conversations: Conversation[];
  annotations: Annotation[];
  replies: Reply[];
}
