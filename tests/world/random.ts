import type { Grant, Id, Right, World } from '@second-look/core/access';
import fc from 'fast-check';

/**
 * Random worlds. A sketch holds small numbers only, so that a world that breaks a rule shrinks to a few
 * rows; `draw` turns it into rows with ids.
 */

const minute = 60_000;
const people = 6;
const anybody = fc.nat(people - 1);
const anything = fc.nat(30);
const rights: Right[] = ['comment', 'reshare', 'download'];
/** Few moments, so that ranges and cuts often meet at their very ends. */
const range = fc
  .tuple(fc.nat(4), fc.option(fc.integer({ min: 1, max: 4 }), { freq: 3 }))
  .map(([start, length]) => ({
    startMs: start * 1000,
    endMs: length === null ? null : (start + length) * 1000,
  }));
/** Around now to the very millisecond; `draw` counts it from the world's now. */
const instant = fc.constantFrom(-minute, -1, 0, 1, minute, 1000 * minute);
const sometimes = fc.nat(4).map((roll) => roll === 0);

export const sketch = fc.record({
  memberships: fc.array(
    fc.record({
      person: anybody,
      organisation: fc.nat(4),
      role: fc.constantFrom('member', 'lead', 'admin'),
    }),
    { maxLength: 8 },
  ),
  groups: fc.array(fc.uniqueArray(anybody, { maxLength: 4 }), { maxLength: 3 }),
  recordings: fc.array(
    fc.record({
      owner: anybody,
      isInTrash: sometimes,
      state: fc.constantFrom('draft', 'uploading', 'processing', 'ready', 'failed'),
      clips: fc.array(range, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  grants: fc.array(
    fc.record({
      cut: anything,
      principal: anything,
      rights: fc.subarray(rights),
      /** The owner, or anybody who once held it. */
      by: fc.option(anybody),
      expires: fc.option(instant, { freq: 2 }),
      isRevoked: sometimes,
    }),
    { maxLength: 9 },
  ),
  conversations: fc.array(fc.record({ recording: anything, principal: anything }), {
    maxLength: 3,
  }),
  annotations: fc.array(
    fc.record({
      recording: anything,
      conversation: fc.option(anything, { freq: 3 }),
      author: anybody,
      range,
      isDeleted: sometimes,
    }),
    { maxLength: 10 },
  ),
  replies: fc.array(fc.record({ annotation: anything, author: anybody, isDeleted: sometimes }), {
    maxLength: 8,
  }),
});
export type Sketch = typeof sketch extends fc.Arbitrary<infer S> ? S : never;

/** A world, and what the rules do not ask for but the tables do. */
export type DrawnWorld = World & { stateOf: Map<Id, string> };

/**
 * @param salt tells the ids of one world from those of another in the same database
 * @param now the world's now, in milliseconds
 */
export function draw(sketched: Sketch, { salt, now }: { salt: number; now: number }): DrawnWorld {
  const kinds: string[] = [];
  const id = (kind: string, ...numbers: number[]): Id => {
    if (!kinds.includes(kind)) kinds.push(kind);
    const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
    const tail = numbers.map((value) => hex(value, 3)).join('');
    return `${hex(salt, 8)}-${hex(kinds.indexOf(kind), 4)}-7000-8000-${tail.padStart(12, '0')}`;
  };
  const each = <T>(length: number, make: (index: number) => T) =>
    Array.from({ length }, (_, i) => make(i));
  const stateOf = new Map<Id, string>();

  const persons = each(people, (index) => ({ id: id('user', index) }));
  const person = (index: number) => id('user', index);
  // A trust of two schools, a trust of one, and a school on its own.
  const organisations = [null, 0, 0, null, null].map((parent, index) => ({
    id: id('organisation', index),
    parentId: parent === null ? null : id('organisation', parent),
  }));
  const groups = sketched.groups.map((_, index) => ({ id: id('group', index) }));
  const principals = [
    ...persons.map((row, index) => ({
      id: id('principal', 0, index),
      userId: row.id,
      groupId: null,
    })),
    ...groups.map((row, index) => ({
      id: id('principal', 1, index),
      userId: null,
      groupId: row.id,
    })),
  ];

  const recordings = sketched.recordings.map(({ owner, isInTrash, state }, index) => {
    stateOf.set(id('recording', index), state);
    return {
      id: id('recording', index),
      ownerId: person(owner),
      deletedAt: isInTrash ? now - minute : null,
    };
  });
  const cuts = sketched.recordings.flatMap(({ clips }, index) =>
    [
      { startMs: 0, endMs: null },
      ...clips.filter((clip) => clip.startMs > 0 || clip.endMs !== null),
    ].map((clip, cutIndex) => ({
      id: id('cut', index, cutIndex),
      recordingId: id('recording', index),
      ...clip,
    })),
  );

  const grants: Grant[] = [];
  for (const [index, given] of sketched.grants.entries()) {
    const cut = pick(cuts, given.cut);
    const principalId = pick(principals, given.principal).id;
    const owner = recordings.find((row) => row.id === cut.recordingId)?.ownerId ?? '';
    const isTaken = grants.some(
      (row) => row.cutId === cut.id && row.principalId === principalId && row.revokedAt === null,
    );
    grants.push({
      id: id('grant', index),
      recordingId: cut.recordingId,
      cutId: cut.id,
      principalId,
      rights: ['view', ...given.rights],
      grantedBy: given.by === null ? owner : person(given.by),
      expiresAt: given.expires === null ? null : now + given.expires,
      revokedAt: given.isRevoked || isTaken ? now - minute : null,
    });
  }
  // Every grant has opened its conversation, and some are left of grants long gone.
  const talks = [
    ...grants,
    ...sketched.conversations.map(({ recording, principal }) => ({
      recordingId: pick(recordings, recording).id,
      principalId: pick(principals, principal).id,
    })),
  ];
  const conversations = distinct(talks, (talk) => talk.recordingId + talk.principalId).map(
    ({ recordingId, principalId }, index) => ({
      id: id('conversation', index),
      recordingId,
      principalId,
    }),
  );

  const annotations = sketched.annotations.map((note, index) => {
    const recordingId = pick(recordings, note.recording).id;
    const open = conversations.filter((row) => row.recordingId === recordingId);
    const isPrivate = note.conversation === null || open.length === 0;
    return {
      id: id('annotation', index),
      recordingId,
      conversationId: isPrivate ? null : pick(open, note.conversation ?? 0).id,
      authorId: person(note.author),
      ...note.range,
      deletedAt: note.isDeleted ? now - minute : null,
    };
  });
  const replies =
    annotations.length === 0
      ? []
      : sketched.replies.map((reply, index) => ({
          id: id('reply', index),
          annotationId: pick(annotations, reply.annotation).id,
          authorId: person(reply.author),
          deletedAt: reply.isDeleted ? now - minute : null,
        }));

  const belongings = (kind: string, states: string[]) =>
    recordings
      .filter((row) => states.includes(stateOf.get(row.id) ?? ''))
      .map((row, index) => ({ id: id(kind, index), recordingId: row.id }));
  const received = ['processing', 'ready', 'failed'];
  return {
    now,
    stateOf,
    people: persons,
    workers: [{ id: id('worker', 0) }],
    organisations,
    memberships: distinct(
      sketched.memberships.map((row) => ({
        userId: person(row.person),
        organisationId: id('organisation', row.organisation),
        role: row.role as 'member' | 'lead' | 'admin',
      })),
      (row) => row.userId + row.organisationId,
    ),
    invitations: organisations.map((row, index) => ({
      id: id('invitation', index),
      organisationId: row.id,
    })),
    groups,
    groupMembers: sketched.groups.flatMap((members, index) =>
      members.map((member) => ({ groupId: id('group', index), userId: person(member) })),
    ),
    principals,
    recordings,
    cuts,
    renditions: cuts.map((cut, index) => ({ id: id('rendition', index), cutId: cut.id })),
    uploads: belongings('upload', ['uploading', 'failed']),
    sources: belongings('source', received),
    steps: belongings('step', received),
    grants,
    conversations,
    annotations,
    replies,
  };
}

/** Some element, the same one for the same number. */
export function pick<T>(rows: T[], number: number): T {
  const row = rows[number % rows.length];
  if (row === undefined) throw new Error('There is nothing to pick from.');
  return row;
}

function distinct<T>(rows: T[], key: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}
