import { trashDays } from '@second-look/core/contract';
import { mayDeleteObjects, type Transaction } from '@second-look/infra/database';
import type { Growth, ObjectStore } from '@second-look/infra/object-store';
import { urgency, type WorkQueue } from '@second-look/infra/queue';
import {
  cut,
  processingStep,
  recording,
  rendition,
  source,
  upload,
} from '@second-look/migrations/schema';
import { and, asc, eq, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { lastSweep, sweeps } from '../metrics.ts';
import { countBytes, namedByCut, readVersion } from './ladder.ts';
import { clearLeftovers } from './work-folder.ts';
import { prefixOf, type Workshop } from './workshop.ts';

const everyMs = 15_000;
const uploadDays = 7;
const cancelMinutes = 1;
const supersededHours = 24;
const nothing: Growth = { sizeBytes: 0 };
const most = 100;

export interface Sweep {
  /** When one ended last; `null` before the first. */
  lastAt(): Date | null;
  stop(): Promise<void>;
}

/**
 * Repairs by looking: puts every step that is not done into the queue (which keeps those it has), empties
 * the trash, and clears away what nobody comes back for. Any number of workers may sweep at once.
 */
export function startSweep(workshop: Workshop, queue: Pick<WorkQueue, 'add'>): Sweep {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current = Promise.resolve();
  let lastAt: Date | null = null;
  const sweep = async () => {
    const isWhole = await sweepOnce(workshop, queue);
    lastAt = new Date();
    sweeps.inc({ outcome: isWhole ? 'whole' : 'partly' });
    lastSweep.setToCurrentTime();
    if (!isStopped) timer = setTimeout(run, everyMs);
  };
  const run = () => {
    current = sweep();
  };
  run();
  return {
    lastAt: () => lastAt,
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}

/**
 * One look at everything; where a part of it breaks off, the others are still made.
 * @returns whether none did
 */
export async function sweepOnce(workshop: Workshop, queue: Pick<WorkQueue, 'add'>) {
  let isWhole = true;
  for (const part of [
    bringBackWork,
    emptyTrash,
    clearAbandonedUploads,
    clearSuperseded,
    clearWorkDir,
  ]) {
    try {
      await part(workshop, queue);
    } catch (error) {
      isWhole = false;
      workshop.log.warn(
        { err: error, task: part.name },
        'a part of the sweep broke off and will be made again',
      );
    }
  }
  return isWhole;
}

async function bringBackWork({ database }: Workshop, queue: Pick<WorkQueue, 'add'>) {
  const { kind, turn, updatedAt, state } = processingStep;
  const steps = await database.plain
    .select({ id: processingStep.id, kind, turn, isPlayable: recording.playable })
    .from(processingStep)
    .innerJoin(recording, eq(recording.id, processingStep.recordingId))
    .where(and(inArray(state, ['pending', 'running']), isNull(recording.deletedAt)))
    // Thousands that are only made again must hide neither a new upload nor a piece that is waited for.
    .orderBy(
      sql`${kind} <> 'piece'`,
      sql`${recording.playable} and ${kind} = 'prepare'`,
      asc(turn),
      asc(updatedAt),
    )
    .limit(most);
  for (const { id, kind, turn, isPlayable } of steps) {
    const isExpress = kind === 'prepare' || kind === 'piece' || kind === 'poster';
    const isAwaited = kind === 'piece' || !isPlayable;
    await queue.add(
      { id },
      isExpress
        ? { lane: 'express', urgency: isAwaited ? urgency.awaited : urgency.whenIdle }
        : { lane: 'steady', urgency: turn },
    );
  }
}

async function emptyTrash({ database, store }: Workshop) {
  const isOver = lt(recording.deletedAt, sql`now() - make_interval(days => ${trashDays})`);
  const trash = await database.plain
    .select({ id: recording.id })
    .from(recording)
    .where(isOver)
    .limit(most);
  for (const { id } of trash) {
    // Its owner may have taken it back by now, so it is looked at again, and held while its objects go;
    // where they do not all go the row stays, and the next sweep comes back to it.
    await database.plain.transaction(async (tx) => {
      if (!(await mayDeleteObjects(tx))) return;
      const growing = await tx
        .select({ objectKey: upload.objectKey, growth: upload.growth })
        .from(upload)
        .where(and(eq(upload.recordingId, id), isNotNull(upload.growth)));
      const files = await keysOfFiles(tx, eq(source.recordingId, id));
      // Its policy refuses whoever does not know of them.
      await tx.execute(sql`select set_config('app.keeps_files_of_others', 'on', true)`);
      const { rowCount } = await tx.delete(recording).where(and(eq(recording.id, id), isOver));
      if (!rowCount) return;
      for (const { objectKey, growth } of growing)
        await store.abandon(objectKey, growth ?? nothing);
      await store.deleteMany(files);
      await deleteFolder(tx, store, `recordings/${id}/`);
    });
  }
}

/** Deletes all that lies in a recording's folder but files that another recording has by now. */
async function deleteFolder(tx: Transaction, store: ObjectStore, folder: string) {
  const kept = await keysOfFiles(tx, sql`${source.objectKey} ^@ ${folder}`);
  if (kept.length === 0) return store.deleteAll(folder);
  const gone: string[] = [];
  for await (const { key } of store.list(folder)) if (!kept.includes(key)) gone.push(key);
  await store.deleteMany(gone);
}

async function keysOfFiles(tx: Transaction, which: SQL | undefined): Promise<string[]> {
  const files = await tx.select({ key: source.objectKey }).from(source).where(which);
  return files.map(({ key }) => key);
}

/** Of a lesson that comes in several files, others may have arrived. */
const hasNoFile = sql`not exists (select from source s where s.recording_id = ${recording.id})
  and not exists (select from upload u where u.recording_id = ${recording.id} and u.finished_at is null)`;

async function clearAbandonedUploads({ database, store }: Workshop) {
  const isAbandoned = and(
    isNull(upload.finishedAt),
    or(
      lt(upload.updatedAt, sql`now() - make_interval(days => ${uploadDays})`),
      // Whoever cancelled it had the time to clear it away.
      lt(upload.cancelledAt, sql`now() - make_interval(mins => ${cancelMinutes})`),
    ),
  );
  const abandoned = await database.plain
    .select({
      id: upload.id,
      recordingId: upload.recordingId,
      objectKey: upload.objectKey,
      growth: upload.growth,
    })
    .from(upload)
    .where(isAbandoned)
    .limit(most);
  for (const { id, recordingId, objectKey, growth } of abandoned) {
    // As with the trash: looked at again, and held while its bytes go.
    await database.plain.transaction(async (tx) => {
      const { rowCount } = await tx.delete(upload).where(and(eq(upload.id, id), isAbandoned));
      if (!rowCount) return;
      await tx
        .update(recording)
        .set({ state: 'draft', updatedAt: sql`now()` })
        .where(and(eq(recording.id, recordingId), eq(recording.state, 'uploading'), hasNoFile));
      await store.abandon(objectKey, growth ?? nothing);
    });
  }
}

/** Lets go of versions that a better one took the place of, a day after. */
async function clearSuperseded({ database, store }: Workshop) {
  const isOver = lt(
    rendition.supersededAt,
    sql`now() - make_interval(hours => ${supersededHours})`,
  );
  const over = await database.plain
    .selectDistinct({
      cutId: rendition.cutId,
      version: rendition.attempt,
      recordingId: cut.recordingId,
    })
    .from(rendition)
    .innerJoin(cut, eq(cut.id, rendition.cutId))
    .where(isOver)
    .limit(most);
  for (const one of over) {
    await database.plain.transaction(async (tx) => {
      if (!(await mayDeleteObjects(tx))) return;
      const made = await readVersion(tx, one.cutId, one.version);
      const isOne = and(eq(rendition.cutId, one.cutId), eq(rendition.attempt, one.version));
      const { rowCount } = await tx.delete(rendition).where(and(isOne, isOver));
      if (!rowCount) return;
      await countBytes(tx, one.cutId, -made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      const ofVersion = and(
        eq(processingStep.cutId, one.cutId),
        eq(processingStep.version, one.version),
      );
      await tx.delete(processingStep).where(and(ofVersion, eq(processingStep.kind, 'piece')));
      // What lies beside it may outlive the version that it was made with.
      const kept = await namedByCut(tx, one.cutId);
      const gone: string[] = [];
      for await (const { key } of store.list(`${prefixOf(one, one.version)}/`))
        if (!kept.includes(key)) gone.push(key);
      await store.deleteMany(gone);
    });
  }
}

async function clearWorkDir({ workDir }: Workshop) {
  await clearLeftovers(workDir);
}
