import type { Database, Transaction } from '@second-look/infra/database';
import { cut, processingStep, recording, source } from '@second-look/migrations/schema';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { asShown, type Showing, type SourceFacts } from '../media/index.ts';

type Plain = Database['plain'];

/**
 * Takes a step as a new attempt: whatever an earlier one still writes goes under its own number and is
 * never published. @returns `undefined` where there is nothing left to do
 */
export async function claimStep(db: Plain, stepId: string) {
  const [step] = await db
    .update(processingStep)
    .set({ state: 'running', attempt: sql`${processingStep.attempt} + 1`, updatedAt: sql`now()` })
    .where(
      and(eq(processingStep.id, stepId), inArray(processingStep.state, ['pending', 'running'])),
    )
    .returning({
      id: processingStep.id,
      recordingId: processingStep.recordingId,
      cutId: processingStep.cutId,
      kind: processingStep.kind,
      version: processingStep.version,
      part: processingStep.part,
      attempt: processingStep.attempt,
      reopenedAfter: processingStep.reopenedAfter,
    });
  if (!step) return undefined;
  const [found] = await db
    .select({
      sourceId: source.id,
      objectKey: source.objectKey,
      readableKey: source.readableKey,
      facts: sql<SourceFacts | null>`${source.facts}`,
      deletedAt: recording.deletedAt,
      showing: { turned: source.turned, startMs: cut.startMs, endMs: cut.endMs },
      posterAtMs: cut.posterAtMs,
      posterKey: cut.posterKey,
    })
    .from(source)
    .innerJoin(cut, eq(cut.id, step.cutId))
    .innerJoin(recording, eq(recording.id, source.recordingId))
    // What is known of all its files together stands with the first.
    .where(and(eq(source.recordingId, step.recordingId), eq(source.part, 0)));
  if (!found) return undefined;
  const { facts: inspected, ...rest } = found;
  return withShowing({ ...step, ...rest, inspected, facts: inspected }, found.showing);
}
export type ClaimedStep = NonNullable<Awaited<ReturnType<typeof claimStep>>>;

/** A step whose facts are those of a film that is shown so. */
export function withShowing<
  Step extends { inspected: SourceFacts | null; facts: SourceFacts | null; showing: Showing },
>(step: Step, showing: Showing): Step {
  return { ...step, showing, facts: step.inspected && asShown(step.inspected, showing) };
}

/** Ends a step well, unless it is settled already or a later attempt has begun. @returns whether it did */
export async function endStep(db: Plain | Transaction, step: ClaimedStep): Promise<boolean> {
  const [mine] = await db
    .update(processingStep)
    .set({ state: 'done', updatedAt: sql`now()` })
    .where(isStillAtIt(step))
    .returning({ id: processingStep.id });
  return mine !== undefined;
}

/** Kinds of steps without which a recording can be watched all the same. */
const aside: ClaimedStep['kind'][] = ['piece', 'beside', 'poster'];

/**
 * Ends a step for good, unless it is settled already: its owner sees the reason, an operator the end of
 * ffmpeg's output. What lies aside leaves the recording as it is.
 */
export function failStep(
  db: Plain,
  step: ClaimedStep,
  errorCode: string,
  errorLog: string,
): Promise<void> {
  return db.transaction(async (tx) => {
    const [mine] = await tx
      .update(processingStep)
      .set({ state: 'failed', errorCode, errorLog: errorLog.slice(-8_000), updatedAt: sql`now()` })
      .where(isStillAtIt(step))
      .returning({ id: processingStep.id });
    if (!mine || aside.includes(step.kind)) return;
    await tx
      .update(recording)
      .set({ state: 'failed', progress: null, failureCode: errorCode, updatedAt: sql`now()` })
      .where(eq(recording.id, step.recordingId));
  });
}

/**
 * Gives a step that is not settled back, for the next worker.
 * @param attempt whether this attempt counts towards those after which a step is given up
 */
export async function returnStep(
  db: Plain,
  step: ClaimedStep,
  attempt: 'counted' | 'uncounted' = 'counted',
) {
  await db
    .update(processingStep)
    .set({
      state: 'pending',
      updatedAt: sql`now()`,
      ...(attempt === 'uncounted' && { reopenedAfter: sql`${processingStep.reopenedAfter} + 1` }),
    })
    .where(isStillAtIt(step));
}

/**
 * How far the latest attempt at a step is, and with it the recording: the mean of its chunks, or its sound
 * where it has nothing else. What an overtaken attempt still says would make it go back.
 */
export async function saveProgress(db: Plain, step: ClaimedStep, progress: number) {
  const [mine] = await db
    .update(processingStep)
    .set({ progress })
    .where(isStillAtIt(step))
    .returning({ id: processingStep.id });
  const tellingKind = step.facts?.video === null ? 'sound' : 'chunk';
  if (!mine || step.kind !== tellingKind) return;
  await db.execute(sql`
    update recording r set progress = greatest(r.progress, m.mean), updated_at = now()
    from (select avg(case when s.state = 'done' then 1 else s.progress end)::real as mean
      from processing_step s
      where s.cut_id = ${step.cutId} and s.version = ${step.version} and s.kind = ${tellingKind}) m
    where r.id = ${step.recordingId} and r.state = 'processing'`);
}

/** No later attempt has begun, and nothing is settled yet. */
export function isStillAtIt(step: ClaimedStep) {
  return and(
    eq(processingStep.id, step.id),
    eq(processingStep.attempt, step.attempt),
    eq(processingStep.state, 'running'),
  );
}
