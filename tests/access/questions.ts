import {
  type Annotation,
  find,
  type Grant,
  type Id,
  knowsPrincipal,
  mayChangeAnnotation,
  mayChangeGrant,
  mayGrant,
  owns,
  type Reply,
  type Right,
  seesCut,
  seesRecording,
  type World,
} from '@second-look/core/access';
import type { DrawnWorld } from '../world/random.ts';
import { nothing } from './dice.ts';
import type { Asked } from './server.ts';

export interface Question extends Asked {
  /** The same asked for what does not exist: whoever may not must get the answer that this gets. */
  absent: Asked;
  isAllowed(viewer: Id): boolean;
}

/** `open`: for everybody. `own`: shows and makes what is one's own; told apart in the tests by name. */
export type Place = 'open' | 'own' | ((world: DrawnWorld) => Question[]);

export const recordings = '/api/recordings';
const hour = 3_600_000;

export type May = (viewer: Id, id: Id) => boolean;

export const isInTrash = (world: World, id: Id) => find(world.recordings, id)?.deletedAt !== null;
export const isOwn =
  (world: World): May =>
  (viewer, id) =>
    owns(world, viewer, id) && !isInTrash(world, id);
export const isVisible =
  (world: World): May =>
  (viewer, id) => {
    const recording = find(world.recordings, id);
    return recording?.deletedAt === null && seesRecording(world, viewer, recording);
  };

export function question(
  ask: (id: Id) => Asked,
  id: Id,
  isAllowed: (viewer: Id) => boolean,
): Question {
  const absent = ask(nothing);
  const isId = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
  return { ...ask(id), absent: { ...absent, url: absent.url.replace(isId, nothing) }, isAllowed };
}

export function eachRecording(
  world: World,
  method: string,
  path: string,
  may: May,
  body?: unknown,
) {
  const ask = (id: Id) => ({ method, url: `${recordings}/${id}${path}`, body });
  return world.recordings.map(({ id }) => question(ask, id, (viewer) => may(viewer, id)));
}

export function changeNote(
  world: World,
  note: Annotation,
  changes: Partial<Annotation> & { body?: string },
): Question {
  return question(
    (id) => ({ method: 'PATCH', url: `/api/annotations/${id}`, body: changes }),
    note.id,
    (viewer) =>
      note.deletedAt === null &&
      !isInTrash(world, note.recordingId) &&
      mayChangeAnnotation(world, viewer, note, { ...note, ...changes }),
  );
}

export function eachNote(
  world: World,
  method: string,
  path: string,
  may: (viewer: Id, note: Annotation) => boolean,
  body?: unknown,
) {
  return world.annotations.map((note) =>
    question(
      (id) => ({ method, url: `/api/annotations/${id}${path}`, body }),
      note.id,
      (viewer) => !isInTrash(world, note.recordingId) && may(viewer, note),
    ),
  );
}

export function eachReply(
  world: World,
  method: string,
  path: string,
  may: (viewer: Id, reply: Reply) => boolean,
  body?: unknown,
) {
  return world.replies.map((reply) =>
    question(
      (id) => ({ method, url: `/api/replies/${id}${path}`, body }),
      reply.id,
      (viewer) => {
        const note = find(world.annotations, reply.annotationId);
        return (
          note?.deletedAt === null && !isInTrash(world, note.recordingId) && may(viewer, reply)
        );
      },
    ),
  );
}

export function share(
  world: World,
  recordingId: Id,
  principal: World['principals'][number],
  rights: Right[],
): Question {
  const whole = world.cuts.find(
    (cut) => cut.recordingId === recordingId && cut.startMs === 0 && cut.endMs === null,
  );
  const expiresAt = world.now + hour / 2;
  const type = principal.userId ? 'user' : 'group';
  const body = {
    principal: { type, id: principal.userId ?? principal.groupId },
    rights,
    expiresAt: new Date(expiresAt).toISOString(),
  };
  const there = world.grants.find(
    (row) => row.cutId === whole?.id && row.principalId === principal.id && row.revokedAt === null,
  );
  return question(
    (id) => ({ method: 'POST', url: `${recordings}/${id}/grants`, body }),
    recordingId,
    (viewer) => {
      if (!isVisible(world)(viewer, recordingId)) return false;
      // Whoever sees the recording is told what is wrong with sharing it so, and learns nothing by it.
      if (principal.userId === viewer) return true;
      if (!whole || !knowsPrincipal(world, viewer, principal)) return false;
      if (!seesCut(world, viewer, whole)) return true;
      const terms = {
        recordingId,
        cutId: whole.id,
        principalId: principal.id,
        rights,
        expiresAt,
        grantedBy: viewer,
      };
      const mayReplace = (grant: Grant) =>
        mayChangeGrant(world, viewer, grant, { ...terms, revokedAt: null });
      return mayGrant(world, viewer, terms) && (!there || mayReplace(there));
    },
  );
}

export function eachCut(world: DrawnWorld, file: string): Question[] {
  return world.recordings.flatMap((recording) =>
    world.cuts.flatMap((cut) => {
      const isAllowed = (viewer: Id) =>
        cut.recordingId === recording.id &&
        // What lies in the trash shows its still to its owner, who may want it back.
        (recording.deletedAt === null || file === 'poster.jpg') &&
        seesCut(world, viewer, cut);
      const ask = (id: Id) => ({
        method: 'GET',
        url: `${recordings}/${recording.id}/cuts/${id}/${file}`,
      });
      return variants(question(ask, cut.id, isAllowed));
    }),
  );
}

export function eachRendition(world: DrawnWorld, file: string): Question[] {
  return world.recordings.flatMap((recording) =>
    world.cuts.flatMap((cut) =>
      world.renditions.flatMap((rendition) => {
        const isReady = world.stateOf.get(recording.id) === 'ready';
        const fits = [cut.recordingId === recording.id, rendition.cutId === cut.id];
        // Of all that does not belong together, a part is enough; nor does it matter before it is published.
        if (!fits.some(Boolean) || (!isReady && !fits.every(Boolean))) return [];
        const isAllowed = (viewer: Id) =>
          fits.every(Boolean) && recording.deletedAt === null && seesCut(world, viewer, cut);
        const url = `${recordings}/${recording.id}/cuts/${cut.id}`;
        const ask = (id: Id) => ({ method: 'GET', url: `${url}/${id}/${file}` });
        const asked = question(ask, rendition.id, isAllowed);
        return variants(asked);
      }),
    ),
  );
}

/** With what a cache or a player sends along: none of it may tell that there is something. */
export function variants(asked: Question): Question[] {
  const along: Record<string, string>[] = [{}, { 'if-none-match': '*' }, { range: 'bytes=0-1' }];
  return along.flatMap((headers) =>
    ['GET', 'HEAD'].map((method) => ({
      ...asked,
      method,
      headers,
      absent: { ...asked.absent, method, headers },
    })),
  );
}

export function eachUpload(
  world: World,
  method: string,
  more: Record<string, string> = {},
  body?: string,
): Question[] {
  return world.uploads.map((upload) =>
    question(
      (id) => ({
        method,
        url: `/api/uploads/${id}`,
        headers: {
          'tus-resumable': '1.0.0',
          ...(body && { 'content-type': 'application/offset+octet-stream' }),
          ...more,
        },
        body,
      }),
      upload.id,
      (viewer) => isOwn(world)(viewer, upload.recordingId),
    ),
  );
}
