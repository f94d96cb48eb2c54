import type { RecordingDetail } from '@second-look/core/contract';
import type { Database, Transaction } from '@second-look/infra/database';
import type { WorkQueue } from '@second-look/infra/queue';
import { uuidv7 } from 'uuidv7';
import { ProblemError } from '../../http/problems.ts';
import { type Exchange, exchangeFilms, findCopies } from './copies.ts';
import { choosePoster, type FilmChange, findChapters, findFilm, showFilm } from './film.ts';
import { presentRecordings } from './present.ts';
import {
  findByClientId,
  findRecording,
  insertRecording,
  listConversations,
  listRecordings,
  reopenSteps,
  updateRecording,
} from './queries.ts';

/** What a teacher does with recordings. Who may is the database's to say: what it hides is `not_found`. */
export function recordingService({ database, queue }: { database: Database; queue: WorkQueue }) {
  async function detail(tx: Transaction, userId: string, id: string): Promise<RecordingDetail> {
    const row = await findRecording(tx, id);
    if (!row) throw new ProblemError('not_found');
    const [shown] = await presentRecordings(tx, userId, [row]);
    if (!shown) throw new ProblemError('not_found');
    const conversations = await listConversations(tx, id);
    const { isMine, owner } = shown;
    return {
      ...shown,
      film: shown.isMine ? await findFilm(tx, id) : null,
      ...(shown.isMine ? await findCopies(tx, userId, row) : { copies: [], copyOf: null }),
      chapters: shown.cutId ? await findChapters(tx, shown.cutId) : [],
      conversations: conversations
        .filter((talk) => talk.rights !== null || talk.hasNotes)
        .map((talk) => ({
          id: talk.id,
          with:
            isMine || talk.principal.type === 'group'
              ? talk.principal
              : { type: 'user' as const, ...owner },
          canComment: isMine || (talk.rights?.includes('comment') ?? false),
          isLive: talk.rights !== null,
        })),
      abilities: {
        edit: isMine,
        share: isMine,
        delete: isMine,
        retry: isMine && shown.state === 'failed' && !shown.failure?.isFinal,
      },
    };
  }

  return {
    create: (
      userId: string,
      {
        clientId = uuidv7(),
        parts,
        copyOf,
        ...about
      }: { title: string; clientId?: string; parts: number; copyOf?: string } & Partial<
        Pick<RecordingDetail, 'subject' | 'phase' | 'yearGroup' | 'className' | 'lessonDate'>
      >,
    ) =>
      database.as(userId, async (tx) => {
        const { title, subject, phase, yearGroup, className, lessonDate } = about;
        await insertRecording(tx, {
          id: uuidv7(),
          ownerId: userId,
          clientId,
          title,
          subject,
          phase,
          yearGroup,
          className,
          lessonDate,
          parts,
          copyOf,
        });
        const id = await findByClientId(tx, userId, clientId);
        if (!id) throw new ProblemError('not_found');
        return detail(tx, userId, id);
      }),

    list: (
      userId: string,
      {
        scope,
        cursor,
        limit,
      }: { scope: 'mine' | 'shared' | 'trash'; cursor?: string; limit: number },
    ) =>
      database.as(userId, async (tx) => {
        const rows = await listRecordings(tx, userId, { scope, before: cursor, limit: limit + 1 });
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        return {
          items: await presentRecordings(tx, userId, page),
          nextCursor: rows.length > limit && last ? last.recording.id : null,
        };
      }),

    get: (userId: string, id: string) => database.as(userId, (tx) => detail(tx, userId, id)),

    change: (userId: string, id: string, changes: Partial<RecordingDetail>) =>
      database.as(userId, async (tx) => {
        const { title, subject, phase, yearGroup, className, lessonDate } = changes;
        const about = { title, subject, phase, yearGroup, className, lessonDate };
        if (!(await updateRecording(tx, id, about))) throw new ProblemError('not_found');
        return detail(tx, userId, id);
      }),

    moveToTrash: (userId: string, id: string) =>
      database.as(userId, async (tx) => {
        if (!(await updateRecording(tx, id, { deletedAt: new Date() })))
          throw new ProblemError('not_found');
      }),

    restore: (userId: string, id: string) =>
      database.as(userId, async (tx) => {
        if (!(await updateRecording(tx, id, { deletedAt: null }, 'trash'))) {
          throw new ProblemError('not_found');
        }
        return detail(tx, userId, id);
      }),

    showFilm: async (userId: string, id: string, change: FilmChange) => {
      const { shown, step } = await database.as(userId, async (tx) => {
        const { abilities } = await detail(tx, userId, id);
        if (!abilities.edit) throw new ProblemError('not_found');
        const step = await showFilm(tx, id, change);
        return { shown: await detail(tx, userId, id), step };
      });
      if (step) await queue.add({ id: step }).catch(() => {});
      return shown;
    },

    exchangeFilms: async (userId: string, id: string, exchange: Exchange) => {
      const { shown, steps } = await database.as(userId, async (tx) => {
        const { abilities } = await detail(tx, userId, id);
        if (!abilities.edit) throw new ProblemError('not_found');
        const steps = await exchangeFilms(tx, userId, id, exchange);
        return { shown: await detail(tx, userId, id), steps };
      });
      for (const step of steps) await queue.add({ id: step }).catch(() => {});
      return shown;
    },

    choosePoster: async (userId: string, id: string, atMs: number) => {
      const { shown, step } = await database.as(userId, async (tx) => {
        const shown = await detail(tx, userId, id);
        if (!shown.abilities.edit) throw new ProblemError('not_found');
        return { shown, step: await choosePoster(tx, id, atMs) };
      });
      await queue.add({ id: step }).catch(() => {});
      return shown;
    },

    retry: async (userId: string, id: string) => {
      const { shown, steps } = await database.as(userId, async (tx) => {
        const { abilities, state } = await detail(tx, userId, id);
        if (!abilities.edit) throw new ProblemError('not_found');
        if (state !== 'failed') throw new ProblemError('not_failed');
        const steps = await reopenSteps(tx, id);
        if (steps.length === 0) throw new ProblemError('not_failed');
        await updateRecording(tx, id, { state: 'processing', progress: 0, failureCode: null });
        return { shown: await detail(tx, userId, id), steps };
      });
      // A queue that does not answer loses nothing: the workers' sweep finds the pending step.
      for (const { id, kind, turn } of steps) {
        const place =
          kind === 'prepare' || kind === 'poster' ? {} : { lane: 'steady' as const, urgency: turn };
        await queue.add({ id }, place).catch(() => {});
      }
      return shown;
    },
  };
}
