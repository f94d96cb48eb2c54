import { mediaParams, sheetParams } from '@second-look/core/contract';
import { writeStoryboard } from '@second-look/core/storyboard';
import type { Database } from '@second-look/infra/database';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ProblemError } from '../../http/problems.ts';
import { insistOn } from './published.ts';
import { findBeside, findPoster, type Place } from './queries.ts';
import { sendPlace, sendWhole } from './send.ts';

/** What is shown of a cut beside its film: a still, small pictures for each stretch of time, and how loud it is. */
export async function besideRoutes(
  app: FastifyInstance,
  { database, store }: { database: Database; store: ObjectStore },
) {
  const cutPath = '/api/recordings/:id/cuts/:cutId';
  const schema = (summary: string, params: z.ZodObject) => ({ summary, tags: ['media'], params });

  app.get(
    `${cutPath}/poster.jpg`,
    { schema: schema('A still of a cut.', mediaParams) },
    async (request, reply) => {
      const params = request.params as z.output<typeof mediaParams>;
      const { posterKey } = await database.as(request.user.id, async (tx) =>
        insistOn(await findPoster(tx, params.id, params.cutId)),
      );
      const whole = await wholeOf(posterKey);
      return sendWhole(store, request, reply, whole, 'image/jpeg');
    },
  );

  app.get(
    `${cutPath}/storyboard.vtt`,
    {
      schema: schema(
        'Which part of which sheet of small pictures stands for which time (WebVTT, with `#xywh=`).',
        mediaParams,
      ),
    },
    async (request, reply) => {
      const { storyboard } = await find(request);
      if (!storyboard) throw new ProblemError('not_found');
      return reply
        .header('cache-control', 'no-store')
        .type('text/vtt; charset=utf-8')
        .send(writeStoryboard(storyboard, (sheet) => `storyboard/${sheet}.jpg`));
    },
  );

  app.get(
    `${cutPath}/storyboard/:sheet.jpg`,
    { schema: schema('A sheet of small pictures, counted from 0.', sheetParams) },
    async (request, reply) => {
      const { storyboard, storyboardKey } = await find(request);
      const { sheet: place } = request.params as z.output<typeof sheetParams>;
      const sheet = storyboard?.sheets[place];
      if (!storyboardKey || !sheet) throw new ProblemError('not_found');
      // An address of the store shows whole objects alone, and this is a part of one.
      return sendPlace(store, request, reply, { objectKey: storyboardKey, ...sheet }, 'image/jpeg');
    },
  );

  app.get(
    `${cutPath}/waveform`,
    {
      schema: schema(
        'How loud it is: a byte for each stretch of time, as many a second as the recording says.',
        mediaParams,
      ),
    },
    async (request, reply) => {
      const { waveformKey } = await find(request);
      const whole = await wholeOf(waveformKey);
      return sendPlace(store, request, reply, whole, 'application/octet-stream');
    },
  );

  function find(request: FastifyRequest) {
    const { id, cutId } = request.params as z.output<typeof mediaParams>;
    return database.as(request.user.id, async (tx) => insistOn(await findBeside(tx, id, cutId)));
  }

  async function wholeOf(objectKey: string | null): Promise<Place> {
    const length = objectKey && (await store.size(objectKey));
    if (!objectKey || !length) throw new ProblemError('not_found');
    return { objectKey, offset: 0, length };
  }
}
