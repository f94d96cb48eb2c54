import {
  find,
  type Grant,
  type Id,
  isAdministrator,
  isLive,
  knowsPrincipal,
  mayAnswer,
  mayChangeAnnotation,
  mayChangeGrant,
  mayChangeReply,
  mayComment,
  owns,
  type Right,
  seesCut,
} from '@second-look/core/access';
import type { DrawnWorld } from '../world/random.ts';
import { queueBoard } from './administration.ts';
import { organisationPlaces } from './organisations.ts';
import {
  changeNote,
  eachCut,
  eachNote,
  eachRecording,
  eachRendition,
  eachReply,
  eachUpload,
  isInTrash,
  isOwn,
  isVisible,
  type Place,
  question,
  recordings,
  share,
} from './questions.ts';

/** The place of every route in the proof: what is asked of it, and who may be answered. */

export const places: Record<string, Place> = {
  'GET /api/health/live': 'open',
  'GET /api/health/ready': 'open',
  'GET /api/health/serving': 'open',
  'GET /api/openapi.json': 'open',
  'POST /api/auth/sign-in/email': 'open',
  'POST /api/auth/sign-out': 'open',
  'GET /api/auth/get-session': 'open',

  'POST /api/account/forgotten-password': 'open',
  'POST /api/account/new-password': 'open',
  'POST /api/account/password': 'own',
  'GET /api/account/sessions': 'own',
  'DELETE /api/account/sessions': 'own',
  // Sessions are made by signing in, and known to nobody else: tests/account shows it.
  'DELETE /api/account/sessions/:id': 'own',

  'GET /api/me': 'own',
  'GET /api/me/storage': 'own',
  'GET /api/people': 'own',
  'GET /api/events': 'own',
  'GET /api/recordings': 'own',
  'POST /api/recordings': 'own',
  'OPTIONS /api/uploads': 'own',
  'OPTIONS /api/uploads/:id': 'own',

  'GET /api/administration/status': (world) => [
    {
      method: 'GET',
      url: '/api/administration/status',
      absent: { method: 'GET', url: '/api/administration/nothing' },
      isAllowed: (viewer) => isAdministrator(world, viewer),
    },
  ],

  ...organisationPlaces,

  'GET /api/recordings/:id': (world) => eachRecording(world, 'GET', '', isVisible(world)),
  'PATCH /api/recordings/:id': (world) =>
    eachRecording(world, 'PATCH', '', isOwn(world), { title: 'Other' }),
  'DELETE /api/recordings/:id': (world) => eachRecording(world, 'DELETE', '', isOwn(world)),
  'POST /api/recordings/:id/restore': (world) =>
    eachRecording(
      world,
      'POST',
      '/restore',
      (viewer, id) => owns(world, viewer, id) && isInTrash(world, id),
    ),
  'PATCH /api/recordings/:id/film': (world) =>
    eachRecording(world, 'PATCH', '/film', isOwn(world), { turned: 90 }),
  // With one that comes out of the trash: nothing else is asked of its film.
  'POST /api/recordings/:id/film/exchange': (world) =>
    world.recordings
      .filter(({ id }) => isInTrash(world, id))
      .flatMap((other) =>
        eachRecording(
          world,
          'POST',
          '/film/exchange',
          (viewer, id) => isOwn(world)(viewer, id) && owns(world, viewer, other.id),
          { with: other.id, title: 'The film that was', isPutAway: false },
        ),
      ),
  'PUT /api/recordings/:id/poster': (world) =>
    eachRecording(world, 'PUT', '/poster', isOwn(world), { atMs: 0 }),
  'POST /api/recordings/:id/retry': (world) => eachRecording(world, 'POST', '/retry', isOwn(world)),

  'GET /api/recordings/:id/annotations': (world) =>
    eachRecording(world, 'GET', '/annotations', isVisible(world)),
  'POST /api/recordings/:id/annotations': (world) =>
    world.recordings.flatMap(({ id }) =>
      [null, ...world.conversations.map((row) => row.id)].map((conversationId) => {
        const note = { conversationId, startMs: 1000, endMs: 2000 };
        const ask = (recordingId: Id) => ({
          method: 'POST',
          url: `${recordings}/${recordingId}/annotations`,
          body: { kind: 'notice', body: 'New', ...note },
        });
        return question(
          ask,
          id,
          (viewer) =>
            !isInTrash(world, id) && mayComment(world, viewer, { ...note, recordingId: id }),
        );
      }),
    ),
  'PATCH /api/annotations/:id': (world) =>
    world.annotations.flatMap((note) => [
      changeNote(world, note, { body: 'Other' }),
      changeNote(world, note, { startMs: 0, endMs: 4000 }),
      ...world.conversations.map(({ id }) => changeNote(world, note, { conversationId: id })),
      changeNote(world, note, { conversationId: null }),
    ]),
  'DELETE /api/annotations/:id': (world) =>
    eachNote(
      world,
      'DELETE',
      '',
      (viewer, note) =>
        note.deletedAt === null &&
        mayChangeAnnotation(world, viewer, note, { ...note, deletedAt: world.now }),
    ),
  'POST /api/annotations/:id/restore': (world) =>
    eachNote(
      world,
      'POST',
      '/restore',
      (viewer, note) =>
        note.deletedAt !== null &&
        mayChangeAnnotation(world, viewer, note, { ...note, deletedAt: null }),
    ),
  'POST /api/annotations/:id/replies': (world) =>
    eachNote(world, 'POST', '/replies', (viewer, note) => mayAnswer(world, viewer, note), {
      body: 'New',
    }),
  'PATCH /api/replies/:id': (world) =>
    eachReply(
      world,
      'PATCH',
      '',
      (viewer, reply) => reply.deletedAt === null && mayChangeReply(world, viewer, reply, reply),
      { body: 'Other' },
    ),
  'DELETE /api/replies/:id': (world) =>
    eachReply(
      world,
      'DELETE',
      '',
      (viewer, reply) =>
        reply.deletedAt === null && mayChangeReply(world, viewer, reply, { deletedAt: world.now }),
    ),
  'POST /api/replies/:id/restore': (world) =>
    eachReply(
      world,
      'POST',
      '/restore',
      (viewer, reply) =>
        reply.deletedAt !== null && mayChangeReply(world, viewer, reply, { deletedAt: null }),
    ),

  'GET /api/recordings/:id/grants': (world) =>
    eachRecording(world, 'GET', '/grants', isVisible(world)),
  'POST /api/recordings/:id/grants': (world) =>
    world.recordings.flatMap(({ id }) =>
      world.principals.flatMap((principal) =>
        [['view'], ['view', 'comment', 'reshare']].map((rights) =>
          share(world, id, principal, rights as Right[]),
        ),
      ),
    ),
  'PATCH /api/grants/:id': (world) =>
    world.grants.map((grant) =>
      question(
        (id) => ({ method: 'PATCH', url: `/api/grants/${id}`, body: { rights: ['view'] } }),
        grant.id,
        (viewer) =>
          isLive(world, grant) &&
          !isInTrash(world, grant.recordingId) &&
          isGrantNamed(world, viewer, grant) &&
          mayChangeGrant(world, viewer, grant, { ...grant, rights: ['view'] }),
      ),
    ),
  'DELETE /api/grants/:id': (world) =>
    world.grants.map((grant) =>
      question(
        (id) => ({ method: 'DELETE', url: `/api/grants/${id}` }),
        grant.id,
        (viewer) =>
          grant.revokedAt === null &&
          mayChangeGrant(world, viewer, grant, { ...grant, revokedAt: world.now }),
      ),
    ),

  'GET /api/recordings/:id/media/main.m3u8': (world) =>
    eachRecording(world, 'GET', '/media/main.m3u8', isVisible(world)),
  'GET /api/recordings/:id/cuts/:cutId/main.m3u8': (world) => eachCut(world, 'main.m3u8'),
  'GET /api/recordings/:id/cuts/:cutId/poster.jpg': (world) => eachCut(world, 'poster.jpg'),
  'GET /api/recordings/:id/cuts/:cutId/storyboard.vtt': (world) => eachCut(world, 'storyboard.vtt'),
  'GET /api/recordings/:id/cuts/:cutId/storyboard/:sheet.jpg': (world) =>
    eachCut(world, 'storyboard/0.jpg'),
  'GET /api/recordings/:id/cuts/:cutId/waveform': (world) => eachCut(world, 'waveform'),
  'GET /api/recordings/:id/cuts/:cutId/:renditionId/media.m3u8': (world) =>
    eachRendition(world, 'media.m3u8'),
  'GET /api/recordings/:id/cuts/:cutId/:renditionId/init.mp4': (world) =>
    eachRendition(world, 'init.mp4'),
  'GET /api/recordings/:id/cuts/:cutId/:renditionId/:index.m4s': (world) =>
    eachRendition(world, '0.m4s'),
  'GET /api/recordings/:id/cuts/:cutId/:renditionId/chunks/:chunk.mp4': (world) =>
    eachRendition(world, 'chunks/0.mp4'),

  'POST /api/uploads': (world) =>
    world.recordings.map(({ id }) =>
      question(
        (recordingId) => ({
          method: 'POST',
          url: '/api/uploads',
          headers: {
            'tus-resumable': '1.0.0',
            'upload-length': '9',
            'upload-metadata': `recordingId ${Buffer.from(recordingId).toString('base64')}`,
          },
        }),
        id,
        (viewer) => isOwn(world)(viewer, id),
      ),
    ),
  'HEAD /api/uploads/:id': (world) => eachUpload(world, 'HEAD'),
  'PATCH /api/uploads/:id': (world) => [
    ...eachUpload(world, 'PATCH', { 'upload-offset': '0' }, 'abc'),
    ...eachUpload(world, 'PATCH', { 'upload-offset': '5' }, 'abc'),
  ],
  'DELETE /api/uploads/:id': (world) => eachUpload(world, 'DELETE'),

  ...queueBoard,
};

export function isPrincipalNamed(world: DrawnWorld, viewer: Id, principalId: Id): boolean {
  const principal = find(world.principals, principalId);
  return principal !== undefined && knowsPrincipal(world, viewer, principal);
}

/** A grant is shown with whom it names and what it is of, so the viewer has to know both. */
export function isGrantNamed(world: DrawnWorld, viewer: Id, grant: Grant): boolean {
  const cut = find(world.cuts, grant.cutId);
  return (
    isPrincipalNamed(world, viewer, grant.principalId) &&
    cut !== undefined &&
    seesCut(world, viewer, cut)
  );
}
