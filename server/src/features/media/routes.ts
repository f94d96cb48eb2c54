import {
  chunkParams,
  id,
  mediaParams,
  renditionParams,
  segmentParams,
} from '@second-look/core/contract';
import { type PlaylistPart, writeMedia, writeMultivariant } from '@second-look/core/playlist';
import type { Database, Transaction } from '@second-look/infra/database';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { WorkQueue } from '@second-look/infra/queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ProblemError } from '../../http/problems.ts';
import { findRecording, widestCuts } from '../recordings/queries.ts';
import type { PieceWaiter } from './pieces.ts';
import { insistOn } from './published.ts';
import {
  askForPiece,
  findCut,
  findRenditions,
  findVersion,
  type StoredRendition,
} from './queries.ts';
import { sendPlace, sendWhole } from './send.ts';

const playlistType = 'application/vnd.apple.mpegurl';
/** How long a request for what is not made yet is held: players and proxies give up after half a minute. */
const heldMs = 20_000;
const cutPath = '/api/recordings/:id/cuts/:cutId';

/**
 * What a player asks for. Each request passes the access check before anything of it is looked at, also
 * before `If-None-Match`: so ending a grant stops a video that is playing.
 */
export async function mediaRoutes(
  app: FastifyInstance,
  {
    database,
    store,
    queue,
    pieces,
    isRedirecting,
  }: {
    database: Database;
    store: ObjectStore;
    queue: WorkQueue;
    /** Hears of what is made as it is asked for. */
    pieces: PieceWaiter;
    /** Browsers reach the store: playlists name whole objects and ranges of them, and the store sends those. */
    isRedirecting: boolean;
  },
) {
  const schema = (summary: string, params: z.ZodObject) => ({ summary, tags: ['media'], params });

  app.get(
    '/api/recordings/:id/media/main.m3u8',
    {
      schema: schema(
        'The playlist of the widest cut that the reader holds: a redirect.',
        z.object({ id }),
      ),
    },
    async (request, reply) => {
      const { id: recordingId } = request.params as { id: string };
      const cut = await database.as(request.user.id, async (tx) => {
        if (!(await findRecording(tx, recordingId))) throw new ProblemError('not_found');
        return (await widestCuts(tx, [recordingId])).get(recordingId);
      });
      if (!cut?.publishedAttempt) throw new ProblemError('not_ready');
      return reply
        .header('cache-control', 'no-store')
        .redirect(`/api/recordings/${recordingId}/cuts/${cut.id}/main.m3u8`, 302);
    },
  );

  app.get(
    `${cutPath}/main.m3u8`,
    { schema: schema('The multivariant playlist of a cut (HLS).', mediaParams) },
    async (request, reply) => {
      const params = request.params as z.output<typeof mediaParams>;
      const renditions = await published(request, params, (tx) => findRenditions(tx, params.cutId));
      return sendPlaylist(
        reply,
        writeMultivariant(renditions, ({ id }) => `${id}/media.m3u8`),
      );
    },
  );

  app.get(
    `${cutPath}/:renditionId/media.m3u8`,
    { schema: schema('The playlist of one rendition (HLS).', renditionParams) },
    async (request, reply) => {
      const params = request.params as z.output<typeof renditionParams>;
      const together = await published(request, params, (tx) =>
        findVersion(tx, params.cutId, params.renditionId),
      );
      const rendition = together.find(({ id }) => id === params.renditionId);
      if (!rendition) throw new ProblemError('not_found');
      // What is not made yet has no range.
      const isInRanges = isRedirecting && !rendition.isMadePieceByPiece;
      const placeOf = (part: PlaylistPart) => (isInRanges ? inChunk(rendition, part) : alone(part));
      return sendPlaylist(reply, writeMedia(rendition, placeOf, together));
    },
  );

  app.get(
    `${cutPath}/:renditionId/init.mp4`,
    { schema: schema('The initialisation segment of a rendition.', renditionParams) },
    async (request, reply) => {
      const { rendition } = await find(request);
      return sendPlace(store, request, reply, rendition.initObject, 'video/mp4');
    },
  );

  app.get(
    `${cutPath}/:renditionId/:index.m4s`,
    { schema: schema('A segment of a rendition, counted from 0.', segmentParams) },
    async (request, reply) => {
      const { rendition, params } = await find(request);
      const place = rendition.segmentObjects[params.index] ?? (await awaited(request, rendition));
      return sendPlace(store, request, reply, place, 'video/iso.segment');
    },
  );

  app.get(
    `${cutPath}/:renditionId/chunks/:chunk.mp4`,
    { schema: schema('A chunk of a rendition whole, or a range of its bytes.', chunkParams) },
    async (request, reply) => {
      const { rendition } = await find(request);
      const { chunk } = request.params as z.output<typeof chunkParams>;
      const whole = rendition.chunks[chunk];
      if (!whole) throw new ProblemError('not_found');
      return sendWhole(store, request, reply, whole, 'video/mp4');
    },
  );

  /** Makes sure that the person may watch the cut, and reads what is asked for in the same transaction. */
  function published<T>(
    request: FastifyRequest,
    params: { id: string; cutId: string },
    read: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return database.as(request.user.id, async (tx) => {
      insistOn(await findCut(tx, params.id, params.cutId));
      return read(tx);
    });
  }

  async function find(request: FastifyRequest) {
    const params = request.params as z.output<typeof segmentParams>;
    const [rendition] = await published(request, params, (tx) =>
      findRenditions(tx, params.cutId, params.renditionId),
    );
    if (!rendition) throw new ProblemError('not_found');
    return { params, rendition };
  }

  /**
   * A piece that is not there yet, once it is: asked for, waited for, and then looked at again, for the right
   * to see it may have ended meanwhile.
   */
  async function awaited(request: FastifyRequest, { id, segments }: StoredRendition) {
    const { index } = request.params as z.output<typeof segmentParams>;
    if (index >= segments.length) throw new ProblemError('not_found');
    const ask = () => database.as(request.user.id, (tx) => askForPiece(tx, id, index));
    const gone = new AbortController();
    request.raw.once('close', () => gone.abort());
    // A server that closes sends whoever waits to another one.
    const over = AbortSignal.any([gone.signal, pieces.ending]);
    const untilMs = performance.now() + heldMs;
    let stepId = await ask();
    // A queue that does not answer holds nobody up: the workers' sweep finds the step.
    if (stepId) await queue.add({ id: stepId }).catch(() => {});
    while (stepId && performance.now() < untilMs && !over.aborted) {
      await pieces.news(stepId, over);
      stepId = await ask();
    }
    const { rendition } = await find(request);
    const place = rendition.segmentObjects[index];
    if (place) return place;
    throw new ProblemError(stepId ? 'still_making' : 'not_found');
  }

  function sendPlaylist(reply: FastifyReply, text: string) {
    return reply.header('cache-control', 'no-store').type(playlistType).send(text);
  }
}

/** One address for each part: the server knows where in which object it lies. */
function alone(part: PlaylistPart) {
  return { uri: part === 'init' ? 'init.mp4' : `${part}.m4s` };
}

/** Parts as ranges of whole objects, for a store that knows objects alone. */
function inChunk({ initObject, segmentObjects }: StoredRendition, part: PlaylistPart) {
  const place = part === 'init' ? initObject : segmentObjects[part];
  if (!place) throw new RangeError(`There is no segment ${part}.`);
  return { uri: `chunks/${place.chunk}.mp4`, range: place };
}
