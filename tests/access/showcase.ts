import type { Sketch } from '../world/random.ts';

const [amira, ben, carys, dev, esther] = [0, 1, 2, 3, 4];
const [trust, school, otherSchool] = [0, 1, 2];
const lesson = { owner: amira, isInTrash: false, clips: [] };
const note = {
  recording: 0,
  conversation: 0,
  author: amira,
  range: { startMs: 1000, endMs: 3000 },
  isDeleted: false,
};

/** A world in which every route has somebody who may and somebody who may not. */
export const showcase: Sketch = {
  memberships: [
    { person: amira, organisation: school, role: 'member' },
    { person: ben, organisation: school, role: 'member' },
    { person: carys, organisation: otherSchool, role: 'member' },
    { person: dev, organisation: trust, role: 'admin' },
    { person: dev, organisation: school, role: 'lead' },
    { person: esther, organisation: school, role: 'lead' },
  ],
  groups: [[amira, carys]],
  recordings: [
    { ...lesson, state: 'ready', clips: [{ startMs: 1000, endMs: 3000 }] },
    { ...lesson, state: 'failed' },
    { ...lesson, state: 'uploading' },
    { ...lesson, state: 'draft' },
    { ...lesson, state: 'ready', isInTrash: true },
  ],
  grants: [
    // Principal 6 is the group; cut 1 is the clip of the first recording.
    {
      cut: 0,
      principal: ben,
      rights: ['comment', 'reshare'],
      by: null,
      expires: null,
      isRevoked: false,
    },
    { cut: 0, principal: 6, rights: ['comment'], by: null, expires: 60_000, isRevoked: false },
    { cut: 1, principal: 5, rights: ['comment'], by: ben, expires: null, isRevoked: false },
    { cut: 0, principal: esther, rights: [], by: null, expires: null, isRevoked: true },
  ],
  conversations: [],
  annotations: [
    note,
    { ...note, author: ben },
    { ...note, author: ben, isDeleted: true },
    { ...note, author: carys, conversation: 1 },
    { ...note, author: ben, conversation: null },
    { ...note, conversation: null },
    { ...note, author: esther, conversation: 3 },
    { ...note, recording: 4, conversation: null },
  ],
  replies: [
    { annotation: 0, author: ben, isDeleted: false },
    { annotation: 0, author: ben, isDeleted: true },
    { annotation: 1, author: amira, isDeleted: false },
    { annotation: 6, author: amira, isDeleted: true },
    { annotation: 3, author: carys, isDeleted: false },
  ],
};
